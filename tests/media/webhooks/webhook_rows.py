"""What is in the library database, as plain values, and changes to it that only tests make."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import select, update

from media.library.database import Library
from media.library.models import LibraryChange, Movie, WebhookEvent
from media.settings import Settings


@dataclass(frozen=True)
class Rows:
    settings: Settings

    @property
    def library(self) -> Library:
        return Library(self.settings.library_database)

    def outcomes(self) -> list[str]:
        with self.library.reading() as session:
            return list(
                session.scalars(select(WebhookEvent.outcome).order_by(WebhookEvent.received_at))
            )

    def event(self, job_id: str) -> WebhookEvent:
        with self.library.reading() as session:
            return session.scalars(select(WebhookEvent).where(WebhookEvent.job_id == job_id)).one()

    def changes(self) -> list[tuple[str, str]]:
        with self.library.reading() as session:
            found = session.scalars(select(LibraryChange).order_by(LibraryChange.id))
            return [(one.change, one.directory) for one in found]

    def add_movie(self, directory: str, scanned_at: datetime | None = None) -> int:
        now = scanned_at or datetime.now(UTC)
        movie = Movie(
            directory=directory, title="X", nfo_state="absent", created_at=now, scanned_at=now
        )
        with self.library.writing() as session:
            session.add(movie)
            session.flush()
            return movie.id

    def deleted(self, movie_id: int) -> tuple[datetime | None, str | None]:
        with self.library.reading() as session:
            movie = session.get_one(Movie, movie_id)
            return movie.deleted_at, movie.delete_reason

    def make_older(self, seconds: float) -> None:
        """Move all webhooks into the past."""
        with self.library.writing() as session:
            for row in session.scalars(select(WebhookEvent)):
                row.received_at -= timedelta(seconds=seconds)

    def tell_players(self) -> None:
        """Take the changes away, as the job that tells the players does."""
        with self.library.writing() as session:
            for change in session.scalars(select(LibraryChange)):
                session.delete(change)

    def touch_movie(self, movie_id: int, scanned_at: datetime) -> None:
        with self.library.writing() as session:
            session.execute(update(Movie).where(Movie.id == movie_id).values(scanned_at=scanned_at))
