"""The job `scan-movie`: read one movie's directory into the library."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NoReturn

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from media.errors import LastingError, PassingError, StillCopyingError
from media.movie import KnownMovie
from media.movie_scan import MovieScan
from media.settings import Settings, read_settings
from tasks.job import job, logger
from tasks.retry import backoff_after


class ScanRequest(BaseModel):
    """What a scan is asked for.

    `directory` is the movie's local directory, `movie` what its manager says of
    it. `seen` is the job's own memory between two attempts: sizes and times of
    files that were still being written.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    directory: Path
    movie: KnownMovie = Field(default_factory=KnownMovie)
    seen: dict[str, list[int]] = {}


class InvalidScanRequestError(LastingError):
    """The job was sent with arguments that mean nothing; the message names the field."""


# A mount that hangs must not keep a worker for ever.
TIME_LIMIT_SECONDS = 30 * 60


@job("scan-movie", bind=True, time_limit=TIME_LIMIT_SECONDS)
def scan_movie(
    self: Any,
    directory: str,
    movie: Mapping[str, object] | None = None,
    seen: Mapping[str, list[int]] | None = None,
) -> dict[str, object]:
    """Scan the movie's `directory` into the library; returns the scan's summary.

    Scanning again changes nothing that did not change on the disk. However a
    scan ends, it deletes nothing: files that are gone from a directory that is
    there are marked, and every failure leaves the library as it was.

    Tried again, doubling the wait, for as long as `tasks.retry` says:

    - `StillCopyingError`: a video is being written, or changed during the scan;
    - `LibraryUnavailableError`: the library root's disk is not mounted;
    - `MovieDirectoryMissingError`: the directory is not there, perhaps not yet;
    - `NoVideoError`: no video of the movie is in it, perhaps not yet;
    - `ProbeTimedOutError`: the disk is too slow to read a video's streams;
    - `LibraryDatabaseError`: the library database is busy or its disk is full.

    Failed at once, for a person to mend:

    - `OutsideLibraryError`: no mapping or library root covers the directory;
    - `UnreadableFileError`: no permission to read it;
    - `BrokenVideoError`: the video is garbage or was cut short;
    - `ProberMissingError`, `SettingsError`, `LibraryDatabaseBrokenError` and
      `InvalidScanRequestError`: the installation or the call is wrong.
    """
    request = _request({"directory": directory, "movie": movie or {}, "seen": seen or {}})
    settings = read_settings()
    try:
        summary = MovieScan(request.directory, settings).run(request.movie, request.seen)
    except PassingError as error:
        _try_later(self, request, error, settings)
    return summary.as_json()


def _request(arguments: Mapping[str, object]) -> ScanRequest:
    try:
        return ScanRequest.model_validate(arguments)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        field = ".".join(str(part) for part in first["loc"])
        raise InvalidScanRequestError(f"bad scan-movie job: {field}: {first['msg']}") from error


def _try_later(
    task: Any, request: ScanRequest, error: PassingError, settings: Settings
) -> NoReturn:
    observed = error.observed if isinstance(error, StillCopyingError) else request.seen
    backoff = backoff_after(error, settings.quiet_seconds)
    countdown = backoff.countdown(task.request.retries)
    again = request.model_copy(update={"seen": observed})
    logger.warning("tries again in %g s: %s: %s", countdown, type(error).__name__, error)
    raise task.retry(
        exc=error,
        args=(),
        kwargs=again.model_dump(mode="json"),
        countdown=countdown,
        max_retries=backoff.retries,
    )
