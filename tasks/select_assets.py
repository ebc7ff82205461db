"""The job `select-assets`: choose a movie's artwork and bring it into the cache."""

from typing import Any

from media.selection import select_assets as select
from tasks.configuration import configuration
from tasks.job import job
from tasks.movie_step import MOVIE_STEP
from tasks.request import MovieRequest


@job("select-assets", MovieRequest, then="publish", **MOVIE_STEP)
def select_assets(_self: Any, request: MovieRequest) -> dict[str, object]:
    """Choose the best of what is offered, and download it; returns a summary."""
    config = configuration()
    return select(request.movie_id, config.settings, config.phases.enrichment).as_json()
