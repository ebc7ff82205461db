"""The job `scan-movie`: read one movie's directory into the library."""

from pathlib import Path
from typing import Any

from celery.utils.log import get_task_logger
from pydantic import Field

from media.errors import MediaError, StillCopyingError
from media.movie import KnownMovie
from media.movie_scan import MovieScan, record_failure
from tasks.chain import send
from tasks.configuration import Configuration, configuration
from tasks.job import job
from tasks.request import MovieRequest, Request

logger = get_task_logger(__name__)

LONGEST_WAIT_SECONDS = 300.0


class ScanRequest(Request):
    """What a scan is asked for.

    `directory` is the movie's local directory, `movie` what its manager says of
    it. `seen` is the job's own memory between two attempts: sizes and times of
    files that were still being written.
    """

    directory: Path
    movie: KnownMovie = Field(default_factory=KnownMovie)
    seen: dict[str, list[int]] = Field(default_factory=dict)


def _record_failure(request: ScanRequest, error: MediaError) -> None:
    record_failure(request.directory, error, configuration().settings)


@job(
    "scan-movie",
    ScanRequest,
    when_failed=_record_failure,
    unique="until_started",
    # What a manager says of the movie counts too: the scan that waits knows nothing of it.
    unique_on=("directory", "movie", "origin"),
    limit_on=("directory",),
    limit_concurrency_per_key=1,
)
def scan_movie(self: Any, request: ScanRequest) -> dict[str, object]:
    """Scan the movie's `directory` into the library; returns the scan's summary.

    Scanning again changes nothing that did not change on the disk. However a
    scan ends, it deletes nothing: files that are gone from a directory that is
    there are marked, and every failure leaves the library as it was. A movie that
    was moved here stays the same one; `moved_from` says from where.

    Then come `enrich-metadata` and, beside it, `discover-assets`.

    Tried again, doubling the wait, for as long as `tasks.retry` says:

    - `StillCopyingError`: a video is being written, or changed during the scan;
    - `LibraryUnavailableError`: the library's disk is not mounted;
    - `MovieDirectoryMissingError`: the directory is not there, perhaps not yet;
    - `NoVideoError`: no video of the movie is in it, perhaps not yet;
    - `ProbeTimedOutError`: the disk is too slow to read a video's streams;
    - `LibraryDatabaseError`: the library database is busy or its disk is full.

    Failed at once, for a person to mend:

    - `OutsideLibraryError`: no library covers the directory;
    - `UnreadableFileError`: no permission to read it;
    - `BrokenVideoError`: the video is garbage or was cut short;
    - `ProberMissingError`, `SettingsError`, `LibraryDatabaseBrokenError`: the
      installation is wrong.
    """
    config = configuration()
    try:
        summary = MovieScan(request.directory, config.settings, config.phases.scan).run(
            request.movie, request.seen
        )
    except StillCopyingError as error:
        error.remembers = {"seen": error.observed}
        error.retry_after = _when_left_alone(self, config)
        raise
    if summary.moved_from:
        logger.info("movie %d was moved from %s", summary.movie_id, summary.moved_from)
    found = MovieRequest(movie_id=summary.movie_id, origin=request.origin)
    send("discover-assets", found)
    send("enrich-metadata", found)
    return summary.as_json()


def _when_left_alone(task: Any, config: Configuration) -> float:
    """Return the seconds until the files can have been left alone for long enough."""
    quiet = max(config.phases.scan.quiet_seconds, 1.0)
    return float(min(quiet * 2.0 ** min(task.request.retries, 16), LONGEST_WAIT_SECONDS))
