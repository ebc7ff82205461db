"""The job `discover-assets`: measure the pictures that lie beside a movie."""

from typing import Any

from media.discovery import discover_assets as discover
from tasks.configuration import configuration
from tasks.job import job
from tasks.movie_step import MOVIE_STEP
from tasks.request import MovieRequest


@job("discover-assets", MovieRequest, **MOVIE_STEP)
def discover_assets(_self: Any, request: MovieRequest) -> dict[str, object]:
    """Read the movie's local artwork, trailers and actors' pictures; returns a summary."""
    config = configuration()
    return discover(request.movie_id, config.settings, config.phases.scan).as_json()
