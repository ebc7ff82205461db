"""The job `enrich-metadata`: ask the provider about a movie."""

from typing import Any

from media.enrichment import Enrichment
from tasks.configuration import configuration
from tasks.job import job
from tasks.movie_step import MOVIE_STEP
from tasks.request import MovieRequest


@job("enrich-metadata", MovieRequest, then="fetch-provider-assets", **MOVIE_STEP)
def enrich_metadata(_self: Any, request: MovieRequest) -> dict[str, object]:
    """Fill in all that TMDB knows of the movie, its cast and crew; returns a summary.

    What is locked stays. Without a key the NFO and the file tell, marked as such.
    """
    config = configuration()
    return Enrichment(config.settings, config.phases.enrichment).run(request.movie_id).as_json()
