"""A house with a library of movies and one of series, and players that are told of them."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from player_fakes import FakeJellyfin, FakeKodi, FakePlex
from sqlalchemy import select

from media.library.database import Library
from media.library.models import LibraryChange, MediaFile, Movie, PlayerNotice
from media.phases.models import PlayerSyncPhase
from media.players import NotifySummary, PlannedNotice, notify, plan_notices
from media.players.patience import Patience
from media.settings import Settings

NOW = datetime(2026, 11, 25, 20, 15, tzinfo=UTC)
# A scan ends when it was looked at twice; what a player does not know it will never know.
BRISK = Patience(first_pause=0.01, longest_pause=0.02, scan_seconds=300, verify_seconds=0.1)
# A player that has no turn to run is not one that does not answer.
ANSWER_SECONDS = 120


class House:
    def __init__(self, root: Path) -> None:
        self.movies = root / "movies"
        self.series = root / "tv"
        self.movies.mkdir()
        self.series.mkdir()
        (self.movies / "keep").touch()
        (self.series / "keep").touch()
        self.database = root / "library.db"
        self.library = Library(self.database)
        self.settings = self.with_players({})
        self.patience = BRISK

    def with_players(
        self,
        players: Mapping[str, Mapping[str, Any]],
        groups: Mapping[str, Mapping[str, Any]] | None = None,
    ) -> Settings:
        self.settings = Settings.model_validate(
            {
                "libraries": {
                    "movies": {"path": self.movies},
                    "tv": {"path": self.series, "kind": "series"},
                },
                "library_database": self.database,
                "players": players,
                "player_groups": groups or {},
            }
        )
        return self.settings

    def movie(self, name: str, title: str | None = None, *videos: str) -> Path:
        """Make a movie with an NFO and a poster, as the library knows it."""
        directory = self.movies / name
        directory.mkdir(exist_ok=True)
        names = videos or (f"{name}.mkv",)
        for video in names:
            (directory / video).write_bytes(b"video")
        self.entitle(directory, title or name)
        (directory / "poster.jpg").write_bytes(b"first poster")
        self.remember(directory, *names)
        return directory

    def remember(self, directory: Path, *videos: str) -> None:
        files = [
            MediaFile(role="part" if number else "main", relative_path=video, size=5, mtime_ns=1)
            for number, video in enumerate(videos)
        ]
        with self.library.writing() as session:
            if known := session.scalar(select(Movie).where(Movie.directory == str(directory))):
                session.delete(known)
                session.flush()
            session.add(
                Movie(
                    directory=str(directory),
                    title=directory.name,
                    nfo_state="read",
                    created_at=NOW,
                    scanned_at=NOW,
                    files=files,
                )
            )

    def entitle(self, directory: Path, title: str) -> None:
        is_series = directory.parent == self.series
        name = "tvshow.nfo" if is_series else f"{directory.name}.nfo"
        tag = "tvshow" if is_series else "movie"
        (directory / name).write_text(f"<{tag}><title>{title}</title></{tag}>")

    def show(self, name: str) -> Path:
        directory = self.series / name
        (directory / "Season 1").mkdir(parents=True)
        (directory / "Season 1" / f"{name} - S01E01.mkv").write_bytes(b"video")
        self.entitle(directory, name)
        return directory

    def changed(self, directory: Path, *files: str, change: str = "updated") -> None:
        with self.library.writing() as session:
            session.add(
                LibraryChange(
                    directory=str(directory), change=change, files=list(files), created_at=NOW
                )
            )

    def plan(self, **phase: Any) -> list[PlannedNotice]:
        return plan_notices(self.settings, PlayerSyncPhase(**phase))

    def notify(self, player: str, **phase: Any) -> NotifySummary:
        return notify(player, self.settings, PlayerSyncPhase(**phase), self.patience)

    def tell(self, player: str, directory: Path, *files: str, **phase: Any) -> NotifySummary:
        """Let one directory have changed, and tell one player."""
        self.changed(directory, *files)
        self.plan()
        return self.notify(player, **phase)

    def changes(self) -> int:
        with self.library.reading() as session:
            return len(session.scalars(select(LibraryChange)).all())

    def waiting(self, player: str | None = None) -> list[PlayerNotice]:
        with self.library.reading() as session:
            chosen = select(PlayerNotice).order_by(PlayerNotice.id)
            rows = session.scalars(chosen).all()
            session.expunge_all()
        return [row for row in rows if player is None or row.player == player]

    def waiting_for(self, player: str) -> list[str]:
        return sorted(Path(row.directory).name for row in self.waiting(player))


def kodi_settings(house: House, kodi: FakeKodi, **more: object) -> dict[str, object]:
    return {
        "type": "kodi",
        "timeout_seconds": ANSWER_SECONDS,
        "url": kodi.url,
        "username": "kodi",
        "password": "secret",
        "path_mappings": {
            str(house.movies): "smb://nas/movies",
            str(house.series): "smb://nas/tv",
        },
        **more,
    }


def jellyfin_settings(house: House, jellyfin: FakeJellyfin, **more: object) -> dict[str, object]:
    return {
        "type": "jellyfin",
        "timeout_seconds": ANSWER_SECONDS,
        "url": jellyfin.url,
        "token": "key",
        "path_mappings": {str(house.movies.parent): "/media"},
        **more,
    }


def plex_settings(house: House, plex: FakePlex, **more: object) -> dict[str, object]:
    return {
        "type": "plex",
        "timeout_seconds": ANSWER_SECONDS,
        "url": plex.url,
        "token": "token",
        "path_mappings": {str(house.movies.parent): "/data"},
        **more,
    }
