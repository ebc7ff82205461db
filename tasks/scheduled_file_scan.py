"""The job `scheduled-file-scan`: look through all libraries, since webhooks get lost."""

from typing import Any

from tasks.chain import send
from tasks.configuration import configuration
from tasks.job import job
from tasks.library_scan import LibraryScanRequest
from tasks.request import ScheduledRequest


@job("scheduled-file-scan", ScheduledRequest, unique="until_done")
def scheduled_file_scan(_self: Any, request: ScheduledRequest) -> dict[str, object]:
    """Send `library-scan` for each library; returns their ids."""
    scans = {
        name: send("library-scan", LibraryScanRequest(library=name, origin=request.origin))
        for name in configuration().settings.libraries
    }
    return {"libraries": scans}
