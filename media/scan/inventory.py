"""List a movie's directory: every file that could belong to the movie."""

from dataclasses import dataclass
from pathlib import Path

from media.disk import is_directory
from media.errors import MovieDirectoryMissingError
from media.movie import StoredFile
from media.scan.listing import Lister
from media.scan.rules import ScanRules


@dataclass(frozen=True)
class Inventory:
    """The files below `directory`, by relative path, and what was left out."""

    directory: Path
    files: tuple[StoredFile, ...]
    warnings: tuple[str, ...] = ()

    def path_of(self, file: StoredFile) -> Path:
        """Return where `file` is on the disk."""
        return self.directory / file.relative_path


def take_inventory(directory: Path, rules: ScanRules | None = None) -> Inventory:
    """List `directory` and its subdirectories, hidden ones and links to directories left out.

    Without `rules` links out of the directory itself are left out, and the rest is
    as in a library that nobody has configured.

    Raises `MovieDirectoryMissingError` when it is not there. A part that cannot
    be seen must not look deleted: when any part may not be listed that is an
    `UnreadableFileError`, and a link into nothing a `LibraryUnavailableError`.
    """
    if not is_directory(directory):
        raise MovieDirectoryMissingError(f"the movie's directory {directory} is not there")
    lister = Lister(rules or ScanRules(directory))
    files = sorted(lister.files_below(str(directory)), key=lambda file: file.relative_path)
    return Inventory(directory, tuple(files), tuple(lister.warnings))
