"""The job `library-scan`: find what has changed in a library."""

from pathlib import Path
from typing import Any

from media.library_scan import walk_library
from tasks.chain import send_all
from tasks.configuration import configuration
from tasks.job import job
from tasks.notify_players import send_notify_players
from tasks.request import Request
from tasks.scan_movie import ScanRequest

# A large library on a slow share.
_TIME_LIMIT_SECONDS = 6 * 3600


class LibraryScanRequest(Request):
    """A library, by its name in the settings."""

    library: str


@job(
    "library-scan",
    LibraryScanRequest,
    unique="until_done",
    unique_on=("library",),
    time_limit=_TIME_LIMIT_SECONDS,
)
def library_scan(self: Any, request: LibraryScanRequest) -> dict[str, object]:
    """Send `scan-movie` for each directory that has changed; returns what was found.

    They are one batch, whose progress `media.library_scan.batch_progress` tells by
    this job's id. What is missing is soft-deleted, if the library is there at all.
    """
    config = configuration()
    walk = walk_library(
        request.library, self.request.id, config.settings, config.phases.scan, self.progress
    )
    for directories in walk:
        send_all(
            "scan-movie",
            (ScanRequest(directory=Path(path), origin=request.origin) for path in directories),
        )
    summary = walk.finish()
    # Of what is gone, and of series that changed.
    send_notify_players(config, request.origin)
    return summary.as_json()
