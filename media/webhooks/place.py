"""Where on our disks a webhook's directory is, and whether a movie is in it."""

from dataclasses import dataclass
from pathlib import Path

from media.errors import MovieDirectoryMissingError, NoVideoError
from media.inside import resolve_inside
from media.library.mounted import ensure_mounted
from media.library_root import root_of
from media.path_mapping import map_path
from media.phases import ScanPhase
from media.scan.inventory import take_inventory
from media.scan.rules import ScanRules
from media.scan.videos import assign_roles
from media.settings import Settings


@dataclass(frozen=True)
class Place:
    """A directory in a library; `root` is the library's own."""

    directory: Path
    root: Path
    settings: Settings

    @classmethod
    def of(cls, folder: str, settings: Settings) -> "Place":
        """Find what the manager calls `folder`; it need not be there.

        Raises:
            InvalidPathError: the path is relative, climbs with `..` or is impossible.
            PathNotMappedError: no rule covers it.
            OutsideLibraryError: it is in no library, or a link leads out of one.
        """
        directory = map_path(folder, settings.rules())
        root = root_of(directory, settings.roots())
        resolve_inside(directory, root)
        return cls(directory, root, settings)

    def has_movie(self, phase: ScanPhase) -> bool:
        """Whether a video of a movie is left in it, by what a scan takes for one.

        Raises:
            PassingError: the disk cannot be seen, so nothing must look deleted.
            UnreadableFileError: the directory may not be read.
        """
        ensure_mounted(self.root, self.settings, but=self.directory)
        rules = ScanRules(self.root, phase)
        try:
            files = take_inventory(self.directory, rules).files
            assign_roles(files, self.directory.name, rules.endings)
        except (MovieDirectoryMissingError, NoVideoError):
            return False
        return True
