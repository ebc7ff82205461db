"""One walk of a library."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime

from media.errors import LibraryUnavailableError, LibraryUnknownError
from media.library.database import Library
from media.library.directories import note_scanned
from media.library.models import LibraryChange
from media.library.mounted import ensure_mounted
from media.library.roots import remember_root
from media.library_root import RootState, inspect_root
from media.library_scan.batch import begin_batch, queue_directories
from media.library_scan.gone import (
    DIRECTORY_GONE,
    VIDEO_GONE,
    Gone,
    delete_movies,
    forget_directories,
    forget_directory,
    has_lost_its_videos,
    is_there,
)
from media.library_scan.known import Known, recall_library
from media.library_scan.tree import FoundDirectory, Tree, holds_movie, holds_series
from media.phases import ScanPhase
from media.scan.listing import Lister
from media.scan.rules import ScanRules
from media.scan.temporaries import is_temporary
from media.settings import LibraryKind, LibrarySettings, Settings

SLICE = 200
PROGRESS_EVERY = 100
NAMED = 100

Progress = Callable[[int, int, str], None]


@dataclass(frozen=True)
class WalkSummary:
    """What a walk found: how many directories hold a movie or series, and how many changed.

    `deleted` counts what is gone. At most 100 of each are named: `deleted_directories`,
    `unseen` (directories that could not be listed) and `warnings`.
    """

    library: str
    batch_id: str
    directories: int
    changed: int
    deleted: int
    deleted_directories: list[str]
    unseen: list[str]
    warnings: list[str]

    def as_json(self) -> dict[str, object]:
        """Return it as plain values."""
        return asdict(self)


def walk_library(
    name: str,
    batch_id: str,
    settings: Settings,
    phase: ScanPhase,
    progress: Progress | None = None,
) -> "LibraryWalk":
    """Begin a walk of the library `name`; `batch_id` is the job's, the same at every attempt.

    `progress` is told how many directories are done, how many the library knew, and
    the one it is at.

    Raises `LibraryUnknownError` for a name that no library has, and
    `LibraryUnavailableError` when its root is not there as it was, or lacks its anchor.
    """
    own = settings.libraries.get(name)
    if own is None:
        known = ", ".join(sorted(settings.libraries))
        raise LibraryUnknownError(f"there is no library {name!r}; there are: {known}")
    nested = [root for root in settings.roots() if root != own.path and own.path in root.parents]
    state = ensure_mounted(own.path, settings)
    database = Library(settings.library_database)
    with database.reading() as session:
        recalled = recall_library(session, own.path, nested)
    rules = ScanRules(own.path, phase)
    holds = holds_movie if own.kind is LibraryKind.MOVIES else holds_series
    tree = Tree(Lister(rules), frozenset(str(root.resolve()) for root in nested), holds(rules))
    return LibraryWalk(name, batch_id, own, database, state, tree, recalled, progress)


@dataclass
class LibraryWalk:
    """Iterates over the changed directories of a library, in slices of at most 200.

    Each slice is in its batch before it is handed out. A library of series has
    none: the players are told of what changed, and nothing is to be scanned.
    """

    name: str
    batch_id: str
    own: LibrarySettings
    database: Library
    state: RootState
    tree: Tree
    known: Known
    progress: Progress | None = None
    _seen: set[str] = field(default_factory=set)
    _without_video: set[str] = field(default_factory=set)
    _changed: int = 0
    _is_over: bool = False

    def __iter__(self) -> Iterator[list[str]]:
        """Walk; raises `LibraryUnavailableError` when the root is gone meanwhile."""
        is_series = self.own.kind is LibraryKind.SERIES
        waiting: list[FoundDirectory] = []
        for found in self._changed_directories():
            waiting.append(found)
            if len(waiting) == SLICE:
                yield from self._tell(waiting) if is_series else self._queue(waiting)
                waiting = []
        if waiting:
            yield from self._tell(waiting) if is_series else self._queue(waiting)
        self._is_over = True

    def finish(self) -> WalkSummary:
        """Mark what is gone and return what the walk found; it must have come to its end.

        Nothing is marked when the root is not as it was at the beginning: that is a
        `LibraryUnavailableError`. Nor is what lies below a directory that could
        not be listed.
        """
        if not self._is_over:
            raise ValueError("the walk has not come to its end")
        gone, stale = self._gone(), self._absent(self.known.signatures)
        self._ensure_root_is_as_it_was()
        now = datetime.now(UTC)
        with self.database.writing() as session:
            begin_batch(session, self.batch_id, self.name, now)
            remember_root(session, self.own.path, self.state, now)
            if self.own.kind is LibraryKind.SERIES:
                deleted = [one.directory for one in gone]
                for path in deleted:
                    forget_directory(session, path, None, now)
            else:
                deleted = delete_movies(session, gone, now)
                forget_directories(session, stale)
        return WalkSummary(
            library=self.name,
            batch_id=self.batch_id,
            directories=len(self._seen),
            changed=self._changed,
            deleted=len(deleted),
            deleted_directories=deleted[:NAMED],
            unseen=self.tree.unseen[:NAMED],
            warnings=self.tree.lister.warnings[:NAMED],
        )

    def _changed_directories(self) -> Iterator[FoundDirectory]:
        for found in self.tree.walk():
            if not found.has_video:
                if not any(is_temporary(file.relative_path) for file in found.files or ()):
                    self._without_video.add(found.path)
                continue
            self._seen.add(found.path)
            self._tell_progress(found.path)
            if self._is_changed(found):
                self._changed += 1
                yield found

    def _is_changed(self, found: FoundDirectory) -> bool:
        # A movie whose row is gone, or that was deleted and is there again, must be scanned,
        # and so must one whose way ended on the way: a job of it has failed for good.
        is_movie = self.own.kind is LibraryKind.MOVIES
        if is_movie and (
            self.known.deleted.get(found.path) is not False or found.path in self.known.unpublished
        ):
            return True
        if found.files is None:  # only a scan has something to say about it
            return is_movie
        return self.known.is_changed(found.path, found.files)

    def _tell_progress(self, path: str) -> None:
        if self.progress and len(self._seen) % PROGRESS_EVERY == 0:
            expected = max(len(self._seen), len(self.known.signatures))
            self.progress(len(self._seen), expected, path)

    def _queue(self, changed: Sequence[FoundDirectory]) -> Iterator[list[str]]:
        paths = [found.path for found in changed]
        with self.database.writing() as session:
            queue_directories(session, self.batch_id, self.name, paths, datetime.now(UTC))
        yield paths

    def _tell(self, changed: Sequence[FoundDirectory]) -> Iterator[list[str]]:
        """Let the players be told of changed series; hands nothing out."""
        now = datetime.now(UTC)
        with self.database.writing() as session:
            for found in changed:
                signature = self.known.signature(found.path, found.files or ())
                note_scanned(session, found.path, self.name, signature, now)
                session.add(
                    LibraryChange(directory=found.path, change="updated", files=[], created_at=now)
                )
        yield from ()

    def _gone(self) -> list[Gone]:
        if self.own.kind is LibraryKind.SERIES:
            return [Gone(path, DIRECTORY_GONE) for path in self._absent(self.known.signatures)]
        movies = [path for path, deleted in self.known.deleted.items() if not deleted]
        gone = [Gone(path, DIRECTORY_GONE) for path in self._absent(movies)]
        without_video = [path for path in movies if path in self._without_video]
        with self.database.reading() as session:
            lost = [path for path in without_video if has_lost_its_videos(session, path)]
        return gone + [Gone(path, VIDEO_GONE) for path in lost if is_there(path)]

    def _absent(self, expected: Iterable[str]) -> list[str]:
        """Return those of the directories that are surely not there."""
        unseen = (path for path in expected if path not in self._seen)
        return [path for path in unseen if not self.tree.is_unseen(path) and not is_there(path)]

    def _ensure_root_is_as_it_was(self) -> None:
        if inspect_root(self.own.path, self.own.anchor) != self.state:
            raise LibraryUnavailableError(f"library root {self.own.path} changed during the walk")
