"""The job `fetch-provider-assets`: what the providers offer for a movie."""

from typing import Any

from media.candidates import fetch_candidates
from tasks.configuration import configuration
from tasks.job import job
from tasks.movie_step import MOVIE_STEP
from tasks.request import MovieRequest


@job("fetch-provider-assets", MovieRequest, then="select-assets", **MOVIE_STEP)
def fetch_provider_assets(_self: Any, request: MovieRequest) -> dict[str, object]:
    """Record the artwork and trailers that TMDB, fanart.tv and TVDB offer; returns a summary.

    What one of them gave is kept while another one is asked again.
    """
    config = configuration()
    return fetch_candidates(request.movie_id, config.settings, config.phases.enrichment).as_json()
