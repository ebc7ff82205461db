"""What the tests of artwork put into the library."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import delete, select

from media.library.database import Library
from media.library.models import Artwork, CacheFile, Candidate, Credit, Movie, Selection
from media.selection import SelectionSummary

Select = Callable[..., SelectionSummary]
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


class Offering:
    """Candidates, actors and choices of one movie."""

    def __init__(self, library: Library, movie_id: int) -> None:
        self.library = library
        self.movie_id = movie_id

    def offer(self, url: str, kind: str = "poster", provider: str = "tmdb", **more: Any) -> int:
        """Record a candidate; returns its id."""
        with self.library.writing() as session:
            row = Candidate(
                movie_id=self.movie_id,
                provider=provider,
                kind=kind,
                url=url,
                fetched_at=NOW,
                **{"language": "en", **more},
            )
            session.add(row)
            session.flush()
            return row.id

    def withdraw(self) -> None:
        """Forget all candidates, as `enrich-metadata` does of a movie that turns out another."""
        with self.library.writing() as session:
            session.execute(delete(Candidate))

    def choose(self, kind: str, rank: int, candidate_id: int | None, **more: Any) -> None:
        """Let a person choose a candidate."""
        with self.library.writing() as session:
            session.add(
                Selection(
                    movie_id=self.movie_id,
                    kind=kind,
                    rank=rank,
                    candidate_id=candidate_id,
                    selected_at=NOW,
                    **{"is_locked": True, **more},
                )
            )

    def cast(self, *pictures: str | None) -> None:
        """Let actors play in the movie, in this order."""
        with self.library.writing() as session:
            for position, url in enumerate(pictures):
                session.add(
                    Credit(
                        movie_id=self.movie_id,
                        kind="cast",
                        name=f"Actor {position}",
                        position=position,
                        picture_url=url,
                    )
                )

    def own_picture(self, directory: Path, name: str, kind: str, content: bytes) -> None:
        """Put a picture beside the movie, as a scan records it."""
        path = directory / name
        path.write_bytes(content)
        status = path.stat()
        with self.library.writing() as session:
            session.add(
                Artwork(
                    movie_id=self.movie_id,
                    kind=kind,
                    relative_path=name,
                    size=status.st_size,
                    mtime_ns=status.st_mtime_ns,
                )
            )

    def lock(self, *fields: str) -> None:
        with self.library.writing() as session:
            session.get_one(Movie, self.movie_id).locked_fields = list(fields)

    def chosen(self, kind: str = "poster") -> list[int | None]:
        """Return the ids of what is chosen, by rank."""
        return [row.candidate_id for row in self.rows() if row.kind == kind]

    def rows(self) -> list[Selection]:
        with self.library.reading() as session:
            rows = select(Selection).order_by(Selection.kind, Selection.rank)
            return list(session.scalars(rows))

    def sources(self) -> list[str | None]:
        """Return where the files that are chosen came from."""
        keys = [row.cache_key for row in self.rows()]
        with self.library.reading() as session:
            return [session.get_one(CacheFile, key).source_url for key in keys]

    def candidate(self, number: int) -> Candidate:
        with self.library.reading() as session:
            return session.get_one(Candidate, number)

    def movie(self) -> Movie:
        with self.library.reading() as session:
            return session.get_one(Movie, self.movie_id)
