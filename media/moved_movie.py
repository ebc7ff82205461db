"""Find the movie that was moved to a directory which the library does not know.

Its main video is what tells: the same content is here, and the movie is no longer where
it was. What cannot be seen, such as a disk that is not mounted, proves nothing: then
what is here is a copy. So is what several movies may claim.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from media.disk import exists
from media.errors import MediaError, OutsideLibraryError
from media.library.alike import Alike, movies_of_size
from media.library.database import Library
from media.library.mounted import ensure_mounted
from media.library_root import root_of
from media.movie import KnownMovie, StoredFile
from media.phases import ScanPhase
from media.scan.content_hash import content_hash
from media.scan.directory_name import guess_of
from media.scan.inventory import Inventory
from media.scan.leaving import has_left
from media.scan.rules import ScanRules
from media.settings import Settings


@dataclass(frozen=True)
class MoveSearch:
    """A search for the movie that was moved to the directory of `inventory`."""

    inventory: Inventory
    settings: Settings
    phase: ScanPhase

    def run(self, videos: Collection[StoredFile], known: KnownMovie) -> Alike | None:
        """Return the movie as it was, None where no movie, or more than one, was moved here.

        `videos` are the movie's own, `known` what the manager says of it. The id that the
        manager gives, or else the directory's name, rules other movies out.

        Raises `UnreadableFileError`, `StillCopyingError` and `LibraryUnavailableError` for
        a video here, never for where a movie was.
        """
        said = known if known.tmdb_id or known.imdb_id else guess_of(self.inventory.directory.name)
        alike = [one for one in self._alike(videos) if not one.is_another(said)]
        sure = [one for one in alike if one.is_surely(said)]
        left = [one for one in sure or alike if self._has_left(one)]
        found = _only([one for one in left if not one.is_deleted]) or _only(left)
        if found is None or (not sure and _is_many_movies([found, *alike])):
            return None
        return found

    def _alike(self, videos: Collection[StoredFile]) -> list[Alike]:
        with Library(self.settings.library_database).reading() as session:
            of_size = movies_of_size(session, {video.size for video in videos})
        sizes = {one.size for one in of_size}
        here = {
            content_hash(self.inventory.path_of(video)) for video in videos if video.size in sizes
        }
        return [one for one in of_size if one.content_hash in here]

    def _has_left(self, one: Alike) -> bool:
        try:
            root = self._mounted_root(one.directory)
            # What is left out of scans is there all the same.
            phase = self.phase.model_copy(update={"ignore_patterns": ()})
            rules = ScanRules(root, phase)
            left = has_left(one.directory, one.size, self.inventory.directory, rules)
            self._mounted_root(one.directory)  # the disk may have gone meanwhile
        except MediaError:
            return False
        return left

    def _mounted_root(self, directory: Path) -> Path:
        try:
            root = root_of(directory, self.settings.roots())
        except OutsideLibraryError:
            return directory  # of a library that is no more: only here the movie can go on
        _name, library = self.settings.library_at(root)
        if library.anchor and exists(root / library.anchor):
            return root  # it proves the disk, also when the last movie has left
        ensure_mounted(root, self.settings, but=directory)
        return root


def _only(some: Sequence[Alike]) -> Alike | None:
    return some[0] if len(some) == 1 else None


def _is_many_movies(alike: Sequence[Alike]) -> bool:
    """Whether the first of them shares its video with another movie that is known.

    A clip that stands in for what is not there yet is the same for all movies.
    """
    first, *others = alike
    return any(not one.is_deleted and first.is_another(one.ids) for one in others)
