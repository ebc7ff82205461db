"""A library with one movie, whose choices the tests make."""

import hashlib
import os
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import delete, select

from media.cache import Cache
from media.library.database import Library
from media.library.models import (
    CacheFile,
    Credit,
    LibraryChange,
    MediaFile,
    Movie,
    PublishedFile,
    Selection,
    StreamRow,
)
from media.phases import PublishPhase
from media.publishing import PublishSummary, publish
from media.settings import Settings

NOW = datetime(2026, 11, 25, tzinfo=UTC)
VIDEO = "Sintel (2010).mkv"
NFO = "Sintel (2010).nfo"
PNG, JPEG = b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"


@dataclass
class Stage:
    settings: Settings
    directory: Path

    def __post_init__(self) -> None:
        self.library = Library(self.settings.library_database)
        self.cache = Cache(self.settings.cache_directory)
        self.movie_id = 1

    def make_movie(self) -> None:
        self.directory.mkdir(parents=True)
        movie = Movie(
            directory=str(self.directory),
            title="Sintel",
            year=2010,
            plot="A girl looks for her dragon.",
            genres=["Animation"],
            ratings={"themoviedb": {"value": 7.5, "votes": 100, "max": 10}},
            tmdb_id=45745,
            imdb_id="tt1727587",
            nfo_state="absent",
            created_at=NOW,
            scanned_at=NOW,
        )
        with self.library.writing() as session:
            session.add(movie)
        self.add_video(VIDEO, "main")

    def add_video(self, name: str, role: str, minutes: int = 15) -> None:
        (self.directory / name).write_bytes(b"video")
        file = MediaFile(
            movie_id=self.movie_id,
            role=role,
            relative_path=name,
            size=5,
            mtime_ns=0,
            duration_ms=minutes * 60_000,
            streams=_streams(),
        )
        with self.library.writing() as session:
            session.add(file)

    def rename_video(self, name: str) -> None:
        (self.directory / name).parent.mkdir(parents=True, exist_ok=True)
        (self.directory / VIDEO).rename(self.directory / name)
        with self.library.writing() as session:
            row = session.scalars(select(MediaFile)).first()
            assert row
            row.relative_path = name

    def change(self, **values: Any) -> None:
        with self.library.writing() as session:
            movie = session.get(Movie, self.movie_id)
            for name, value in values.items():
                setattr(movie, name, value)

    def keep(self, content: bytes, asset_type: str = "image", extension: str = ".jpg") -> str:
        key = hashlib.sha256(content).hexdigest()
        path = self.cache.path_of(key, asset_type, extension)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        with self.library.writing() as session:
            row = CacheFile(
                key=key, asset_type=asset_type, extension=extension, size=1, created_at=NOW
            )
            session.merge(row)
        return key

    def choose(self, kind: str, *contents: bytes) -> None:
        """Let these be all that is chosen of a kind."""
        video = {"asset_type": "video", "extension": ".mp4"} if kind == "trailer" else {}
        keys = [self.keep(content, **video) for content in contents]
        with self.library.writing() as session:
            session.execute(delete(Selection).where(Selection.kind == kind))
            for rank, key in enumerate(keys):
                session.add(
                    Selection(
                        movie_id=self.movie_id,
                        kind=kind,
                        rank=rank,
                        cache_key=key,
                        is_locked=False,
                        selected_at=NOW,
                    )
                )

    def cast(self, *names: str) -> None:
        keys = [self.keep(JPEG + name.encode()) for name in names]
        with self.library.writing() as session:
            session.execute(delete(Credit))
            for position, name in enumerate(names):
                session.add(
                    Credit(
                        movie_id=self.movie_id,
                        kind="cast",
                        name=name,
                        role="Someone",
                        position=position,
                        picture_key=keys[position],
                        picture_url=f"https://image.example/{position}.jpg",
                    )
                )

    def publish(self, **phase: Any) -> PublishSummary:
        return publish(self.movie_id, self.settings, PublishPhase(**phase), "root-job")

    def files(self) -> dict[str, bytes]:
        """Return all that is in the directory but the videos, by relative path."""
        paths = [path for path in self.directory.rglob("*") if path.is_file()]
        return {
            path.relative_to(self.directory).as_posix(): path.read_bytes()
            for path in paths
            if path.read_bytes() != b"video"
        }

    def write(self, name: str, content: bytes) -> None:
        """Write a file as somebody else does, at another time than any of ours.

        One that is as large and written in the same tick of the clock would be taken for ours.
        """
        path = self.directory / name
        path.write_bytes(content)
        os.utime(path, (2, 2))

    def times(self) -> dict[str, int]:
        return {name: (self.directory / name).stat().st_mtime_ns for name in self.files()}

    def rows(self) -> dict[str, PublishedFile]:
        with self.library.reading() as session:
            return {row.relative_path: row for row in session.scalars(select(PublishedFile))}

    def changes(self) -> list[list[str]]:
        with self.library.reading() as session:
            rows = session.scalars(select(LibraryChange).order_by(LibraryChange.id))
            return [row.files for row in rows]


def _streams() -> list[StreamRow]:
    plain = {"is_default": True, "is_forced": False, "is_hearing_impaired": False}
    return [
        StreamRow(
            position=0,
            kind="video",
            codec="hevc",
            width=3840,
            height=1600,
            hdr_format="hdr10",
            **plain,
        ),
        StreamRow(position=1, kind="audio", codec="ac3", language="de", channels=6, **plain),
        StreamRow(position=2, kind="subtitle", language="pt-BR", **plain),
    ]
