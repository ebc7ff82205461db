"""The rows of `webhook_events`, and what is changed together with them."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import Session

from media.library.models import LibraryChange, Movie, WebhookEvent
from media.webhooks.decision import Decision, known_of
from media.webhooks.envelope import Envelope
from media.webhooks.outcome import FAILURES, TELL_PLAYERS, Outcome
from media.webhooks.reading import read_event
from media.webhooks.received import Received
from media.webhooks.source import Source

_CHANGES = {Outcome.NOTIFY_QUEUED: "updated", Outcome.DELETED: "deleted"}


def settled_answer(session: Session, job_id: str, window: timedelta) -> Received | None:
    """Return what came of the job's webhook, None where nothing has or it failed."""
    row = session.scalar(select(WebhookEvent).where(WebhookEvent.job_id == job_id))
    return None if row is None or row.outcome in FAILURES else _answer(row, window)


@dataclass(frozen=True)
class Recording:
    """Writes what comes of the webhook that the job `job_id` has, at the time `now`."""

    session: Session
    job_id: str
    envelope: Envelope
    window: timedelta
    now: datetime

    def fail(self, outcome: Outcome, error: str) -> None:
        """Record that nothing came of it."""
        row = self._row()
        row.outcome, row.error, row.fingerprint = outcome, error, self.envelope.digest
        self.session.add(row)

    def settle(self, fingerprint: str, decision: Decision) -> Received:
        """Record what is to come of it, and do what is done in the library."""
        row = self._row()
        row.fingerprint, row.directory, row.error = fingerprint, decision.directory, None
        row.outcome = self._outcome(row, decision)
        self.session.add(row)
        return _answer(row, self.window)

    def _row(self) -> WebhookEvent:
        """Return the row of an earlier attempt, as it came then, or a new one."""
        mine = select(WebhookEvent).where(WebhookEvent.job_id == self.job_id)
        return self.session.scalar(mine) or WebhookEvent(
            job_id=self.job_id,
            source=self.envelope.source,
            instance=self.envelope.instance,
            event_type=self.envelope.event_type,
            payload=self.envelope.kept,
            received_at=self.now,
        )

    def _outcome(self, row: WebhookEvent, decision: Decision) -> Outcome:
        if decision.outcome is Outcome.TEST_RECEIVED:
            return decision.outcome  # whoever presses the button wants to see it
        if self._earlier(WebhookEvent.fingerprint == row.fingerprint):
            return Outcome.DUPLICATE
        if decision.outcome is Outcome.SCAN_QUEUED:
            return Outcome.DUPLICATE if self._scan_waits(decision) else decision.outcome
        if decision.outcome in TELL_PLAYERS:
            return self._tell_players(row, decision)
        return decision.outcome

    def _scan_waits(self, decision: Decision) -> bool:
        """Whether a scan is to come that does all that this one would."""
        earlier = self._earlier_jobs(decision)
        return any(known_of(read_event(one.payload)) == decision.known for one in earlier)

    def _tell_players(self, row: WebhookEvent, decision: Decision) -> Outcome:
        movie = self.session.scalar(select(Movie).where(Movie.directory == decision.directory))
        if movie and decision.outcome is Outcome.DELETED:
            if movie.scanned_at > row.received_at:
                return Outcome.OVERTAKEN
            if movie.deleted_at is None:
                movie.deleted_at, movie.delete_reason = self.now, decision.reason
        if not self._change_waits(decision):
            self.session.add(
                LibraryChange(
                    directory=decision.directory,
                    change=_CHANGES[decision.outcome],
                    files=[],
                    movie_id=movie.id if movie else None,
                    root_id=self.job_id,
                    created_at=self.now,
                )
            )
            return decision.outcome
        return Outcome.DUPLICATE if self._earlier_jobs(decision) else decision.outcome

    def _change_waits(self, decision: Decision) -> bool:
        """Whether the change is already there for the players to be told."""
        same = select(LibraryChange.id).where(
            LibraryChange.directory == decision.directory,
            LibraryChange.change == _CHANGES[decision.outcome],
        )
        return self.session.scalars(same.limit(1)).first() is not None

    def _earlier_jobs(self, decision: Decision) -> list[WebhookEvent]:
        return self._earlier(
            and_(
                WebhookEvent.directory == decision.directory,
                WebhookEvent.outcome == decision.outcome,
            )
        )

    def _earlier(self, alike: ColumnElement[bool]) -> list[WebhookEvent]:
        """Return the other jobs' webhooks whose window is still open, but for duplicates."""
        chosen = select(WebhookEvent).where(
            alike,
            WebhookEvent.received_at > self.now - self.window,
            WebhookEvent.received_at <= self.now,
            WebhookEvent.outcome.not_in([*FAILURES, Outcome.DUPLICATE]),
            WebhookEvent.job_id != self.job_id,
        )
        return list(self.session.scalars(chosen))


def _answer(row: WebhookEvent, window: timedelta) -> Received:
    outcome = Outcome(row.outcome)
    is_scan = outcome is Outcome.SCAN_QUEUED
    has_next = is_scan or outcome in TELL_PLAYERS
    return Received(
        source=Source(row.source),
        event=row.event_type,
        outcome=outcome,
        directory=row.directory,
        known=known_of(read_event(row.payload)) if is_scan else None,
        next=("scan" if is_scan else "notify") if has_next else None,
        start_at=row.received_at + window if has_next else None,
    )
