"""The scheduler of `celery beat` whose state is in the queue's file."""

import logging
import time
from collections.abc import Callable
from functools import partial
from math import inf
from typing import Any

from celery import beat
from kombu.exceptions import OperationalError

from sqlite_transport.application import file_of, location_of
from sqlite_transport.beat.beginning import brought_forward, moment
from sqlite_transport.beat.book import Book, Sending
from sqlite_transport.beat.elsewhere import SchedulerElsewhere
from sqlite_transport.beat.entry import Scheduled, to_send
from sqlite_transport.errors import Unusable
from sqlite_transport.schedules import ScheduleRow
from sqlite_transport.withheld import withholding

logger = logging.getLogger("sqlite_transport")

#: Seconds after which it is tried again when the file could not be used.
PAUSE = 5.0

#: Seconds by which the clock may go wrong between two looks; more, and all is looked at anew.
STEP = 1.0

#: Seconds after which a run is late enough that the log says since when it is due.
LATE = 10.0


class Scheduler(beat.Scheduler):
    """Sends what `beat_schedule` has, each run once, whatever dies and however many send.

        beat_scheduler = "sqlite_transport.beat:Scheduler"

    A run that fell into a time when no beat was there is made up once. It is left
    out while the job of the entry's last run has not ended, unless the entry
    has the option `overlap`. On another broker than `sqlite://` one gets a
    `SchedulerElsewhere` instead. Told in docs/schedules.md.

    max_interval: seconds that it sleeps at most; so soon it notices that the clock
        was set or the machine slept.
    """

    Entry = Scheduled
    max_interval = 60

    def __new__(cls, app: Any, *arguments: Any, **options: Any) -> Any:
        """Return the scheduler for the application's broker."""
        if location_of(app) is None:
            return SchedulerElsewhere(app, *arguments, **options)
        return super().__new__(cls)

    def __init__(self, app: Any, *arguments: Any, **options: Any) -> None:
        self._book: Book | None = None
        # The entries that the book has, and when each is to be looked at.
        self._begun: dict[str, Scheduled] = {}
        self._moments: dict[str, float] = {}
        self._clock = 0.0
        super().__init__(app, *arguments, **options)

    def setup_schedule(self) -> None:
        """Take the entries from the configuration; the file is opened by the first `tick`."""
        self.merge_inplace(self.app.conf.beat_schedule)
        self.install_default_entries(self.schedule)

    @property
    def info(self) -> str:
        """A line for beat's banner."""
        found = location_of(self.app)
        return f"    . db -> {found[0] if found else '-'}"

    def tick(self, *_: Any, **__: Any) -> float:
        """Send what is due; return the seconds until there is something to do.

        Raises:
            Unusable: at the first time, with what somebody must mend.
        """
        try:
            self._begin_if_needed()
        except OperationalError as error:
            if isinstance(error, Unusable) and not self._begun:
                raise
            logger.error("Schedules cannot be read, trying again in %g s: %s", PAUSE, error)
            return PAUSE
        for entry in list(self.schedule.values()):
            if self._moments.get(entry.name, inf) <= self._now():
                self._deal_with(entry)
        soonest = min(self._moments.values(), default=inf)
        return max(0.0, min(soonest - self._now(), self.max_interval))

    def apply_async(
        self, entry: Any, producer: Any = None, advance: bool = True, **options: Any
    ) -> Any:
        """Send the entry's task, as Celery does, without looking whether that is due."""
        entry = self.reserve(entry) if advance else entry
        return super().apply_async(to_send(entry), producer=producer, advance=False, **options)

    # -- looking -----------------------------------------------------------

    def _begin_if_needed(self) -> None:
        """Look at the file when the entries or the clock are not what they were."""
        clock = self._boot()
        entries = dict(self.schedule)
        same = entries.keys() == self._begun.keys() and all(
            entry is self._begun[name] for name, entry in entries.items()
        )
        if self._book is None or not same or abs(clock - self._clock) > STEP:
            self._begin(entries)
        self._clock = clock

    def _begin(self, entries: dict[str, Scheduled]) -> None:
        if self._book is None:
            found = file_of(self.app)
            assert found is not None  # noqa: S101 - else there were a `SchedulerElsewhere`
            self._book = Book(found[0], str(self.app.main or ""))
        now, name = self._now(), self._book.application
        bring: dict[str, Callable[[ScheduleRow | None], ScheduleRow]] = {
            each: partial(
                brought_forward, entry=entry, application=name, now=now, state=self._state
            )
            for each, entry in entries.items()
        }
        self._book.begin(bring, now)
        self._begun = entries
        self._moments = {}
        for entry in entries.values():
            self._learned(entry)

    def _learned(self, entry: Scheduled) -> None:
        """Go on from what is known of the entry."""
        assert self._book is not None  # noqa: S101 - begun
        row = self._book.known[entry.name]
        entry.ran(row.last_run_at, row.run_count)
        due, seconds = self._state(entry)
        self._moments[entry.name] = self._now() + (0.0 if due else seconds)

    def _state(self, entry: Scheduled) -> tuple[bool, float]:
        """Return whether the entry is due, and if not in how many seconds it is to be looked at."""
        try:
            due, seconds = self.is_due(entry)
        except Exception:
            logger.exception("When %r is due cannot be told", entry.name)
            due, seconds = False, None
        return bool(due), float(seconds) if isinstance(seconds, (int, float)) else self.max_interval

    def _boot(self) -> float:
        """Return when the machine was started, as the clock has it now: it moves if that is set."""
        return self._now() - time.monotonic()

    def _now(self) -> float:
        now: float = self.app.now().timestamp()
        return now

    # -- sending -----------------------------------------------------------

    def _deal_with(self, entry: Scheduled) -> None:
        """Send the entry if it is due and nobody else has done it."""
        assert self._book is not None  # noqa: S101 - begun
        try:
            if self._state(entry)[0] and not self._book.has_moved_on(entry.name):
                self._run(entry, self._book)
            self._learned(entry)
        except OperationalError as error:
            logger.error("%s: not sent, trying again in %g s: %s", entry.name, PAUSE, error)
            self._moments[entry.name] = self._now() + PAUSE
        except Exception:
            # Whatever it is, it must not keep the other entries back.
            logger.exception("%s: not sent, trying again later", entry.name)
            self._moments[entry.name] = self._now() + self.max_interval

    def _run(self, entry: Scheduled, book: Book) -> None:
        now = self._now()
        due_at = moment(now, self._state(entry.after(now))[1])
        sending = Sending(now, due_at, entry.may_overlap)
        was_due = book.known[entry.name].due_at
        why = None if entry.may_overlap else book.unended(entry.name, now)
        # What need not be sent is not: that would call the senders' signals.
        sending = sending._replace(failure=why) if why else self._sent(entry, sending)
        row = book.run(entry.name, sending)
        if row is None:
            logger.debug("%s: another beat has sent it", entry.name)
        elif row.skipped is not None:
            logger.info("%s (%s): left out, for %s", entry.name, entry.task, row.skipped)
        else:
            _tell(entry, now - (now if was_due is None else was_due), row)
            self._announce(entry, sending)

    def _sent(self, entry: Scheduled, sending: Sending) -> Sending:
        """Send the task to where it waits for the transaction."""
        assert self._book is not None  # noqa: S101 - begun
        try:
            with withholding(self._book.database) as withheld:
                result = self.apply_async(entry, producer=self.producer, advance=False)
        except beat.SchedulingError as error:
            if isinstance(error.__context__, OperationalError):
                raise error.__context__ from error
            logger.exception("%s (%s): it cannot be sent", entry.name, entry.task)
            return sending._replace(failure=f"it could not be sent: {error.__context__ or error}")
        return sending._replace(withheld=withheld, result=result)

    def _announce(self, entry: Scheduled, sending: Sending) -> None:
        """Wake the workers, and have the job survive power loss."""
        assert sending.withheld is not None  # noqa: S101 - it was sent
        try:
            sending.withheld.announce()
        except OperationalError as error:
            logger.error("%s: it is sent, but may not survive power loss: %s", entry.name, error)


def _tell(entry: Scheduled, late: float, row: ScheduleRow) -> None:
    made_up = f", which was due {late:.0f} s ago" if late > LATE else ""
    logger.info("%s (%s): sent as %s%s", entry.name, entry.task, row.last_task_id, made_up)
