"""The job `scheduled-cleanup`: delete what nobody needs any more."""

from typing import Any

from media.cleanup import remove_old_events, remove_old_logs, remove_temporaries
from media.settings.retention import RetentionSettings
from sqlite_transport.jobs import NotOnThisBroker, open_jobs
from tasks import app
from tasks.configuration import configuration
from tasks.job import job
from tasks.request import ScheduledRequest

# Every movie's directory is looked into, on a slow share perhaps.
_TIME_LIMIT_SECONDS = 6 * 3600


@job(
    "scheduled-cleanup",
    ScheduledRequest,
    unique="until_done",
    time_limit=_TIME_LIMIT_SECONDS,
)
def scheduled_cleanup(_self: Any, _request: ScheduledRequest) -> dict[str, object]:
    """Clean the jobs' history and results, the webhooks, logs and temporary files.

    How long each is kept is the settings' `retention`. Returns how much went of each.
    """
    settings = configuration().settings
    return {
        "events": remove_old_events(settings),
        "logs": remove_old_logs(settings),
        "temporaries": remove_temporaries(settings).as_json(),
        "history": _clean_history(settings.retention),
    }


def _clean_history(kept: RetentionSettings) -> dict[str, int]:
    try:
        return open_jobs(app).cleanup(
            completed=kept.completed, failed=kept.failed, cancelled=kept.cancelled
        )
    except NotOnThisBroker:
        # Another broker keeps no history, and its results expire by themselves.
        return {}
