"""Which of the movies' directories can be judged now."""

from dataclasses import dataclass, field
from pathlib import Path

from media.disk import is_directory
from media.errors import LibraryUnavailableError, MediaError, OutsideLibraryError
from media.library.mounted import ensure_mounted
from media.library_root import root_of
from media.settings import Settings


@dataclass
class Places:
    """Tells why a directory cannot be judged; each reason is a warning once.

    A library's disk is looked at once until `look_again`.
    """

    settings: Settings
    warnings: dict[str, None] = field(default_factory=dict)
    _good: set[Path] = field(default_factory=set)

    def look_again(self) -> None:
        """Forget which disks were there."""
        self._good.clear()

    def is_there(self, directory: Path) -> bool:
        """Whether the movie's directory is there, on its library's disk."""
        try:
            root = self._root_of(directory)
            if not is_directory(directory):
                # Whether the movie is gone is for the scan to say.
                raise LibraryUnavailableError(f"the movie's directory {directory} is not there")
            if not directory.resolve().is_relative_to(root.resolve()):
                raise OutsideLibraryError(f"{directory} links out of {root}")
        except MediaError as error:
            self.warn(error)
            return False
        return True

    def warn(self, error: MediaError) -> None:
        """Note what went wrong, once."""
        if len(self.warnings) < _MOST_WARNINGS:
            self.warnings[str(error)] = None

    def _root_of(self, directory: Path) -> Path:
        root = root_of(directory, self.settings.roots())
        if root not in self._good:
            ensure_mounted(root, self.settings, but=directory)
            self._good.add(root)
        return root


_MOST_WARNINGS = 1000
