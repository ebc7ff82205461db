"""Write what was picked into the library."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from media.asset_kinds import ASSET_KINDS, TRAILER
from media.library.models import Candidate, Movie, Selection
from media.phases import EnrichmentPhase
from media.selection.assets import selections_of
from media.selection.limits import refusal_of
from media.selection.picking import Pick
from media.selection.scoring import Taste, score
from media.settings.providers import ProvidersSettings


def record_picks(session: Session, movie: Movie, picks: Sequence[Pick], now: datetime) -> int:
    """Make the movie's selections those that were picked; returns how many rows that changed.

    Rows that are right stay as they are. A trailer's address becomes the movie's
    `trailer_url`, unless a person has locked that.
    """
    wanted = {(pick.kind, pick.rank): pick for pick in picks}
    changed = 0
    for row in selections_of(session, movie):
        pick = wanted.pop((row.kind, row.rank), None)
        if pick is not None:
            changed += _update(row, pick, now)
        elif row.kind in ASSET_KINDS:
            session.delete(row)
            changed += 1
    for pick in wanted.values():
        row = Selection(movie_id=movie.id, kind=pick.kind, rank=pick.rank)
        changed += _update(row, pick, now)
        session.add(row)
    _record_trailer(session, movie, picks)
    return changed


def record_judgements(
    session: Session, movie: Movie, phase: EnrichmentPhase, providers: ProvidersSettings
) -> None:
    """Write down the score of each candidate, and why others cannot be taken."""
    offered = select(Candidate).where(Candidate.movie_id == movie.id)
    for row in session.scalars(offered.where(Candidate.gone_since.is_(None))):
        order = providers.order_of(row.kind)
        row.refused = refusal_of(row, phase)
        is_wanted = row.provider in order and row.kind in ASSET_KINDS
        row.score = score(row, Taste.of(phase, order)) if is_wanted else None


def _update(row: Selection, pick: Pick, now: datetime) -> bool:
    if (row.candidate_id, row.cache_key) == (pick.candidate_id, pick.cache_key) and row.id:
        return False
    row.candidate_id, row.cache_key, row.selected_at = pick.candidate_id, pick.cache_key, now
    return True


def _record_trailer(session: Session, movie: Movie, picks: Sequence[Pick]) -> None:
    trailers = [pick for pick in picks if pick.kind == TRAILER]
    if not trailers or "trailer_url" in movie.locked_fields:
        return
    best = min(trailers, key=lambda pick: pick.rank)
    candidate = session.get(Candidate, best.candidate_id) if best.candidate_id else None
    if candidate is not None:
        movie.trailer_url = candidate.url
