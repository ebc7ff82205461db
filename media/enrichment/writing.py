"""Write a description into the library."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from media.enrichment.description import Part
from media.library.models import Candidate, Credit, Movie, Selection


def write_values(movie: Movie, values: Mapping[str, Any]) -> list[str]:
    """Set the columns, but for those that a person locked; returns the names of these."""
    locked = sorted(set(values) & set(movie.locked_fields))
    for name, value in values.items():
        if name not in locked:
            setattr(movie, name, value)
    return locked


def replace_credits(session: Session, movie: Movie, parts: Sequence[Part]) -> None:
    """Let the movie have these parts and no others; fetched pictures stay with their people."""
    if [_part_of(credit) for credit in _in_order(movie)] == list(parts):
        return
    pictures = {
        (credit.tmdb_id or credit.name, credit.picture_url): credit.picture_key
        for credit in movie.credits
    }
    session.execute(delete(Credit).where(Credit.movie_id == movie.id))
    session.expire(movie, ["credits"])
    positions: dict[str, int] = {}
    for part in parts:
        position = positions.get(part.kind, 0)
        positions[part.kind] = position + 1
        credit = Credit(
            movie_id=movie.id,
            position=position,
            picture_key=pictures.get((part.tmdb_id or part.name, part.picture_url)),
            **vars(part),
        )
        session.add(credit)


def forget_artwork(session: Session, movie: Movie) -> None:
    """Take away what was offered and chosen while it was taken for another movie.

    What a person chose stays, with the candidate that it was.
    """
    chosen = select(Selection.candidate_id).where(
        Selection.movie_id == movie.id, Selection.is_locked, Selection.candidate_id.is_not(None)
    )
    session.execute(
        delete(Selection).where(Selection.movie_id == movie.id, Selection.is_locked.is_(False))
    )
    session.execute(
        delete(Candidate).where(Candidate.movie_id == movie.id, Candidate.id.not_in(chosen))
    )


def _in_order(movie: Movie) -> list[Credit]:
    return sorted(movie.credits, key=lambda credit: (credit.kind, credit.position))


def _part_of(credit: Credit) -> Part:
    return Part(
        credit.kind,
        credit.name,
        credit.role,
        credit.department,
        credit.job,
        credit.tmdb_id,
        credit.picture_url,
    )
