"""The job `scheduled-provider-update`: fetch anew what has changed at TMDB."""

from datetime import UTC, datetime
from typing import Any

from media.provider_changes import changed_movies, mark_done
from tasks.chain import send_all
from tasks.configuration import configuration
from tasks.job import job
from tasks.request import MovieRequest, ScheduledRequest


@job("scheduled-provider-update", ScheduledRequest, unique="until_done")
def scheduled_provider_update(_self: Any, request: ScheduledRequest) -> dict[str, object]:
    """Send `enrich-metadata` for each movie that changed since the last run; returns a summary."""
    settings = configuration().settings
    changes = changed_movies(settings, datetime.now(UTC))
    send_all(
        "enrich-metadata",
        (MovieRequest(movie_id=movie_id, origin=request.origin) for movie_id in changes.movie_ids),
    )
    # Not before they are all sent: a run that dies half-way is done over.
    mark_done(settings, changes.until)
    return changes.as_json()
