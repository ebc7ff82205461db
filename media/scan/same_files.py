"""Recognize the files of a movie that was moved by their content."""

from dataclasses import replace

from media.earlier import Earlier
from media.errors import UnreadableFileError
from media.movie import FoundFile, StoredFile
from media.scan.content_hash import content_hash
from media.scan.inventory import Inventory


def as_they_lie(earlier: Earlier, inventory: Inventory) -> Earlier:
    """Return `earlier` with its files under the names and times that they have now.

    A copy on another disk may have a new time, and is as it was all the same: it need not
    be probed again, and an NFO is no news. Only what has the size of a file that was known
    is hashed. Raises `StillCopyingError` and `LibraryUnavailableError`.
    """
    lying = {file.relative_path for file in inventory.files}
    files = dict(earlier.files)
    for file in inventory.files:
        before = None if earlier.unchanged(file) else _same(earlier, inventory, file)
        if before:
            if before.stored.relative_path not in lying:
                files.pop(before.stored.relative_path, None)
            files[file.relative_path] = replace(before, stored=file)
    return replace(earlier, files=files)


def _same(earlier: Earlier, inventory: Inventory, file: StoredFile) -> FoundFile | None:
    hashes = {
        one.content_hash: one
        for one in earlier.files.values()
        if one.stored.size == file.size and one.content_hash
    }
    if not hashes:
        return None
    try:
        return hashes.get(content_hash(inventory.path_of(file)))
    except UnreadableFileError:
        return None  # whoever has to read it says so
