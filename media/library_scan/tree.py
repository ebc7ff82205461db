"""Find the movies' or series' directories below a library's root."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from media.errors import LibraryUnavailableError, MediaError
from media.movie import StoredFile
from media.scan.discs import DISC_DIRECTORIES
from media.scan.listing import Listed, Lister
from media.scan.rules import ScanRules
from media.scan.videos import is_feature_name, is_whole_video

# What such a directory holds belongs to the movie around it, also when that has no video yet.
EXTRAS = frozenset(
    {"extras", "trailer", "trailers", "sample", "samples", "subs", "subtitles", "featurettes"}
    | {"behind the scenes", "deleted scenes", "interviews", "scenes", "shorts", "extrafanart"}
)
_SEASON = re.compile(r"(season|series|staffel|saison|s)[ ._-]*\d+|specials", re.IGNORECASE)


@dataclass(frozen=True)
class FoundDirectory:
    """A directory of the library: with a video a movie's (or a series'), else one between.

    `files` are those of a movie and up to three levels below, of one between those
    directly in it, None where some of it cannot be seen.
    """

    path: str
    has_video: bool
    files: tuple[StoredFile, ...] | None


@dataclass
class Tree:
    """The directories of one library, whose `holds_video` tells a movie's from one between.

    `nested` are the real paths of other libraries in this one: theirs is left to
    them. `unseen` are directories that could not be listed: nothing below them is
    known.
    """

    lister: Lister
    nested: frozenset[str]
    holds_video: Callable[[str, Listed], bool]
    unseen: list[str] = field(default_factory=list)

    def walk(self) -> Iterator[FoundDirectory]:
        """Yield the directories, in the order of their names.

        Raises `LibraryUnavailableError` when the root itself cannot be listed. Links to
        directories are not followed, so there is no loop.
        """
        root = str(self.lister.rules.root)
        waiting = [root]
        while waiting:
            path = waiting.pop()
            listed = self._list(path, is_root=path == root)
            if listed is None:
                continue
            if path != root and self.holds_video(path, listed):
                yield FoundDirectory(path, has_video=True, files=self._files(path, listed))
                continue
            if path == root:
                self._tell_of_loose_videos(listed)
                self._tell_of_loose_extras(listed)
            yield FoundDirectory(path, has_video=False, files=listed.files)
            waiting += self._below(path, listed.directories)

    def is_unseen(self, path: str) -> bool:
        """Whether `path` is, or lies below, a directory that could not be listed."""
        return any(path == unseen or path.startswith(f"{unseen}/") for unseen in self.unseen)

    def _list(self, path: str, *, is_root: bool) -> Listed | None:
        try:
            return self.lister.list(path)
        except MediaError as error:
            if is_root:
                raise LibraryUnavailableError(str(error)) from error
            self.unseen.append(path)
            self.lister.warnings.append(f"left out {path}: {error}")
            return None

    def _files(self, path: str, listed: Listed) -> tuple[StoredFile, ...] | None:
        try:
            return tuple(self.lister.files_below(path, listed))
        except MediaError:
            return None  # its scan fails, and says by which name

    def _below(self, path: str, names: Iterable[str]) -> Iterator[str]:
        rules = self.lister.rules
        real = f"{rules.real_root}{path.removeprefix(str(rules.root))}".rstrip("/")
        for name in sorted(names, reverse=True):
            if (
                name.lower() not in EXTRAS | DISC_DIRECTORIES
                and f"{real}/{name}" not in self.nested
            ):
                yield f"{path.rstrip('/')}/{name}"

    def _tell_of_loose_videos(self, listed: Listed) -> None:
        endings = self.lister.rules.endings
        for file in listed.files:
            if is_whole_video(file.relative_path, endings):
                self.lister.warnings.append(
                    f"left out {file.relative_path!r}: a movie needs a directory of its own"
                )

    def _tell_of_loose_extras(self, listed: Listed) -> None:
        for name in sorted(listed.directories):
            if name.lower() in EXTRAS:
                self.lister.warnings.append(
                    f"left out {name!r}: by its name it holds what belongs to a movie around it"
                )


def holds_movie(rules: ScanRules) -> Callable[[str, Listed], bool]:
    """Return the test of a movie's directory: a video that is no extra, or a disc."""

    def _holds_movie(path: str, listed: Listed) -> bool:
        name = path.rpartition("/")[2]
        return any(
            is_feature_name(file.relative_path, name, rules.endings)
            and file.size <= rules.max_video_bytes
            for file in listed.files
        ) or any(directory.lower() in DISC_DIRECTORIES for directory in listed.directories)

    return _holds_movie


def holds_series(rules: ScanRules) -> Callable[[str, Listed], bool]:
    """Return the test of a series' directory: a video, or directories of seasons."""

    def _holds_series(_path: str, listed: Listed) -> bool:
        return any(
            is_whole_video(file.relative_path, rules.endings) for file in listed.files
        ) or any(_SEASON.fullmatch(directory) for directory in listed.directories)

    return _holds_series
