"""Which of a movie's files are artwork, actors' pictures and trailers."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from media.asset_kinds import ACTOR, ACTORS_DIRECTORY
from media.disk import reading
from media.errors import NoVideoError
from media.movie import FileRole, StoredFile
from media.scan.artwork import artwork_kind
from media.scan.discs import is_of_disc
from media.scan.file_names import is_image, stem
from media.scan.inventory import take_inventory
from media.scan.rules import ScanRules
from media.scan.videos import assign_roles


@dataclass(frozen=True)
class LocalFiles:
    """What lies in a movie's directory; `pictures` maps each to its kind."""

    pictures: dict[StoredFile, str]
    trailers: Sequence[StoredFile]


def find_local_files(directory: Path, rules: ScanRules) -> LocalFiles:
    """List the movie's directory, as a scan does, and its `.actors`.

    Raises `MovieDirectoryMissingError`, and what `take_inventory` does.
    """
    files = take_inventory(directory, rules).files
    roles = _roles(files, directory.name, rules)
    main = next((path for path, role in roles.items() if role is FileRole.MAIN), None)
    video_stem = directory.name if main is None or is_of_disc(main) else stem(main)
    kinds = {file: artwork_kind(file.relative_path, video_stem, rules.endings) for file in files}
    pictures = {file: kind for file, kind in kinds.items() if kind}
    return LocalFiles(
        pictures=pictures | dict.fromkeys(_actors_pictures(directory, rules), ACTOR),
        trailers=[file for file in files if roles.get(file.relative_path) is FileRole.TRAILER],
    )


def _roles(files: Sequence[StoredFile], name: str, rules: ScanRules) -> dict[str, FileRole]:
    try:
        return assign_roles(files, name, rules.endings)
    except NoVideoError:
        # Its pictures are there all the same.
        return {}


def _actors_pictures(directory: Path, rules: ScanRules) -> list[StoredFile]:
    """List the pictures in `.actors`, which no inventory shows since it is hidden."""
    actors = directory / ACTORS_DIRECTORY
    if actors.is_symlink():
        return []
    with reading(actors):
        try:
            entries = [entry for entry in os.scandir(actors) if _is_picture(entry, rules)]
        except (FileNotFoundError, NotADirectoryError):
            return []
        stored = [(entry.name, entry.stat(follow_symlinks=False)) for entry in entries]
    return [
        StoredFile(f"{ACTORS_DIRECTORY}/{name}", status.st_size, status.st_mtime_ns)
        for name, status in sorted(stored)
    ]


def _is_picture(entry: os.DirEntry[str], rules: ScanRules) -> bool:
    is_shown = is_image(entry.name, rules.endings) and not entry.name.startswith(".")
    plain = is_shown and entry.is_file(follow_symlinks=False)
    # A name that is not Unicode cannot be written down.
    return plain and not any("\ud800" <= letter <= "\udfff" for letter in entry.name)
