"""Receive a webhook: record it, and say what follows from it.

**A job that runs twice.** The webhook is known by its job: once something has come
of it the row stays as it is, and the same answer is given. A row that ended in a
failure is decided anew, for whoever tries again has mended something.

**One job for a burst.** A manager reports an upgrade as a Download and a Rename, and
a season as twenty Downloads. The first event of a directory opens a window of
`webhook_window_seconds`, and the job that it leads to starts when the window ends
(`Received.start_at`). So an event within the window needs no job of its own:
what it reports was on the disk before it was sent, and the job has yet to look. An
event after the window might have been missed by that job and has its own. An event
that says something else of the movie always has one, and so has one for the
players once the change that it would add to was handed to them.

**The same event twice** (see `fingerprint`) within the window is a duplicate, too,
whatever its type.
"""

from datetime import UTC, datetime, timedelta

from media.errors import (
    InvalidPathError,
    InvalidWebhookError,
    LastingError,
    LibraryDatabaseBrokenError,
    LibraryDatabaseError,
    MediaError,
    OutsideLibraryError,
    PathNotMappedError,
)
from media.library.database import Library
from media.phases import ScanPhase
from media.settings import Settings
from media.webhooks.decision import Decision, decide
from media.webhooks.envelope import Envelope
from media.webhooks.fingerprint import fingerprint_of
from media.webhooks.outcome import Outcome
from media.webhooks.reading import read_event
from media.webhooks.received import Received
from media.webhooks.record import Recording, settled_answer

_FAILURES = {
    InvalidWebhookError: Outcome.INVALID,
    InvalidPathError: Outcome.INVALID_PATH,
    PathNotMappedError: Outcome.PATH_NOT_MAPPED,
    OutsideLibraryError: Outcome.OUTSIDE_LIBRARY,
}


def receive(
    payload: object, settings: Settings, job_id: str, phase: ScanPhase | None = None
) -> Received:
    """Record a webhook of Radarr's or Sonarr's that the job `job_id` has; returns what follows.

    `phase` says what counts as a video, where one may be left.

    It is recorded in one transaction with what it changes: a movie that is gone, a
    change that the players must know. Every failure but the database's is recorded too.

    Raises:
        InvalidWebhookError: the body is wrong, naming each field, or is larger than 1 MB.
        InvalidPathError: the directory's path is relative, climbs or is impossible.
        PathNotMappedError: no mapping covers it.
        OutsideLibraryError: it is in no library, or a symbolic link leads out of one.
        UnreadableFileError: a deletion cannot be checked: no permission.
        LibraryUnavailableError, StillCopyingError: it cannot be checked now.
        LibraryDatabaseError: the library database is busy.
    """
    library = Library(settings.library_database)
    window = timedelta(seconds=settings.webhook_window_seconds)
    with library.reading() as session:
        if answer := settled_answer(session, job_id, window):
            return answer
    envelope = Envelope.around(payload)
    try:
        fingerprint, decision = _understand(payload, envelope, settings, phase or ScanPhase())
    except (LibraryDatabaseError, LibraryDatabaseBrokenError):
        raise
    except MediaError as error:
        _record_failure(library, job_id, envelope, error)
        raise
    with library.writing() as session:
        # Another run of the same job may have come before.
        if answer := settled_answer(session, job_id, window):
            return answer
        recording = Recording(session, job_id, envelope, window, datetime.now(UTC))
        return recording.settle(fingerprint, decision)


def _record_failure(library: Library, job_id: str, envelope: Envelope, error: MediaError) -> None:
    with library.writing() as session:
        if settled_answer(session, job_id, timedelta()) is None:
            recording = Recording(session, job_id, envelope, timedelta(), datetime.now(UTC))
            recording.fail(_failure(error), str(error))


def _understand(
    payload: object, envelope: Envelope, settings: Settings, phase: ScanPhase
) -> tuple[str, Decision]:
    if envelope.refusal:
        raise InvalidWebhookError(f"bad webhook: payload: {envelope.refusal}")
    event = read_event(payload)
    return fingerprint_of(event, envelope.digest), decide(event, settings, phase)


def _failure(error: MediaError) -> Outcome:
    for kind, outcome in _FAILURES.items():
        if isinstance(error, kind):
            return outcome
    lasting = isinstance(error, LastingError)
    return Outcome.DISK_UNREADABLE if lasting else Outcome.DISK_UNAVAILABLE
