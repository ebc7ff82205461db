"""The job `scheduled-verification`: look whether what was published is still there."""

from typing import Any

from media.verification import verify_published
from tasks.chain import send_all
from tasks.configuration import configuration
from tasks.job import job
from tasks.request import MovieRequest, ScheduledRequest

# Every published file of a large library is looked at.
_TIME_LIMIT_SECONDS = 6 * 3600


@job(
    "scheduled-verification",
    ScheduledRequest,
    unique="until_done",
    time_limit=_TIME_LIMIT_SECONDS,
)
def scheduled_verification(self: Any, request: ScheduledRequest) -> dict[str, object]:
    """Send `publish` for each movie that has lost a file; returns what was found.

    What others have changed is reported and left to them.
    """
    summary = verify_published(configuration().settings, self.progress)
    send_all(
        "publish",
        (MovieRequest(movie_id=movie_id, origin=request.origin) for movie_id in summary.lost),
    )
    return summary.as_json()
