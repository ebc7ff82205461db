"""Write what the providers offer into the library."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from media.library.models import Candidate
from media.providers.image import ProviderImage


def record_candidates(
    session: Session,
    movie_id: int,
    offered: Mapping[str, Sequence[ProviderImage]],
    now: datetime,
) -> int:
    """Insert or update what is offered; returns how many rows are new.

    What a provider has answered, but without something that it had offered before,
    marks that as gone, and never deletes it: it may be chosen. The mark goes when it is
    offered again. A provider that is not in `offered` did not answer, so its rows stay as they are.
    """
    rows = {
        (row.provider, row.kind, row.url): row
        for row in session.scalars(select(Candidate).where(Candidate.movie_id == movie_id))
    }
    images = {(name, image.kind, image.url): image for name in offered for image in offered[name]}
    for key, row in rows.items():
        if row.provider in offered and key not in images and row.gone_since is None:
            row.gone_since = now
    for key, image in images.items():
        row = rows.get(key) or Candidate(movie_id=movie_id)
        _fill(row, image, now)
        session.add(row)
    session.flush()
    return len(images.keys() - rows.keys())


def _fill(row: Candidate, image: ProviderImage, now: datetime) -> None:
    for name, value in asdict(image).items():
        # What was measured is truer than what the provider says.
        if name not in ("width", "height") or row.cache_key is None:
            setattr(row, name, value)
    if row.gone_since is not None:
        # It may have been refused because it was gone.
        row.refused = row.gone_since = None
    row.fetched_at = now
