"""Look at the disk right before a player is told: nothing is told that is not there."""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from sqlalchemy import select

from media.disk import exists, is_directory
from media.errors import LibraryDatabaseBrokenError, LibraryDatabaseError, MediaError
from media.library.database import Library
from media.library.models import MediaFile, Movie
from media.library.mounted import ensure_mounted
from media.movie import FEATURES
from media.players.event import Event
from media.players.notices import Notice
from media.players.recipients import library_of
from media.settings import LibrarySettings, Settings

_log = logging.getLogger(__name__)

SHOW_NFO = "tvshow.nfo"


@dataclass
class Seen:
    """What can be told, what cannot and why, and the notices that are about nothing."""

    events: list[Event] = field(default_factory=list)
    problems: list[MediaError] = field(default_factory=list)
    pointless: list[int] = field(default_factory=list)


@dataclass(frozen=True)
class Look:
    """A look at what the notices are about; each library root is looked at once."""

    settings: Settings
    notices: Sequence[Notice]

    def run(self) -> Seen:
        """Look at every directory.

        One whose library is not mounted, or that cannot be read, is among the
        problems: it is told another time.
        """
        seen = Seen()
        for notice in self.notices:
            library = library_of(self.settings, Path(notice.directory))
            if library is None:
                _log.warning("nobody is told of %s: no library holds it", notice.directory)
                seen.pointless.append(notice.id)
                continue
            try:
                seen.events.append(self._look_at(notice, library[1]))
            except MediaError as error:
                seen.problems.append(error)
        return seen

    def _look_at(self, notice: Notice, library: LibrarySettings) -> Event:
        if (problem := self._roots[library.path]) is not None:
            raise problem
        directory = Path(notice.directory)
        is_there = is_directory(directory)
        return Event(
            notice_id=notice.id,
            directory=directory,
            library=library,
            is_gone=not is_there,
            files=notice.files,
            videos=tuple(name for name in self._videos[directory] if exists(directory / name)),
            has_show_nfo=is_there and exists(directory / SHOW_NFO),
        )

    @cached_property
    def _roots(self) -> dict[Path, MediaError | None]:
        """Every library root that is concerned, and what is wrong with it."""
        named = (library_of(self.settings, Path(notice.directory)) for notice in self.notices)
        roots = {library[1].path for library in named if library}
        return {root: self._problem_with(root) for root in roots}

    def _problem_with(self, root: Path) -> MediaError | None:
        try:
            ensure_mounted(root, self.settings)
        except (LibraryDatabaseError, LibraryDatabaseBrokenError):
            raise  # it is no root's own problem
        except MediaError as error:
            return error
        return None

    @cached_property
    def _videos(self) -> dict[Path, list[str]]:
        """The movie's own videos that the library knows in each directory."""
        videos: dict[Path, list[str]] = {Path(one.directory): [] for one in self.notices}
        with self._library.reading() as session:
            for chunk in _chunks(list(videos)):
                rows = session.execute(
                    select(Movie.directory, MediaFile.relative_path)
                    .join(MediaFile.movie)
                    .where(Movie.directory.in_([str(directory) for directory in chunk]))
                    .where(MediaFile.role.in_([str(role) for role in FEATURES]))
                    .where(MediaFile.missing_since.is_(None))
                    .order_by(MediaFile.id)
                )
                for directory, relative_path in rows:
                    videos[Path(directory)].append(relative_path)
        return videos

    @property
    def _library(self) -> Library:
        return Library(self.settings.library_database)


def _chunks(directories: Sequence[Path], size: int = 500) -> Iterable[Sequence[Path]]:
    for start in range(0, len(directories), size):
        yield directories[start : start + size]
