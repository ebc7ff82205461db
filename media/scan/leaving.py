"""Tell whether a movie has left its directory."""

from pathlib import Path, PurePosixPath

from media.errors import MovieDirectoryMissingError, NoVideoError
from media.movie import StoredFile
from media.scan.inventory import take_inventory
from media.scan.rules import ScanRules
from media.scan.temporaries import is_temporary
from media.scan.videos import assign_roles


def has_left(directory: Path, size: int, here: Path, rules: ScanRules) -> bool:
    """Whether the movie whose main video has `size` bytes is no longer in `directory`.

    Either nothing is there any more, or neither a movie's video, nor a file of that size,
    whatever its name, nor an unfinished one: a better video may be on its way. What lies
    in `here`, where the movie is now, does not count. `rules` are those of the library
    that held it.

    Raises `UnreadableFileError`, `StillCopyingError` and `LibraryUnavailableError` where
    that cannot be seen.
    """
    try:
        listed = take_inventory(directory, rules).files
    except MovieDirectoryMissingError:
        return True
    files = [file for file in listed if not (directory / file.relative_path).is_relative_to(here)]
    if any(file.size == size or is_temporary(_name(file)) for file in files):
        return False
    return not _hold_movie(files, directory, rules)


def _name(file: StoredFile) -> str:
    return PurePosixPath(file.relative_path).name


def _hold_movie(files: list[StoredFile], directory: Path, rules: ScanRules) -> bool:
    try:
        assign_roles(files, directory.name, rules.endings)
    except NoVideoError:
        return False
    return True
