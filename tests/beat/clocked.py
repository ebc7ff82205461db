"""An application with a clock that the test sets."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from celery import Celery

from sqlite_transport.beat import Scheduler

#: Where the clock begins: noon in June.
NOON = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)


class Clocked(Celery):
    """Its `now` stands still until the test moves it."""

    moment = NOON
    was_set = 0.0

    def now(self) -> datetime:
        return self.moment.astimezone(self.timezone)

    def later(self, **span: float) -> None:
        """Let time pass."""
        self.moment += timedelta(**span)

    def set_clock(self, **span: float) -> None:
        """Set the clock by so much, or let the machine sleep so long."""
        self.moment += timedelta(**span)
        self.was_set += timedelta(**span).total_seconds()

    @property
    def seconds(self) -> float:
        return self.moment.timestamp()


def clocked(url: str, **settings: Any) -> Clocked:
    app = Clocked("films", broker=url, set_as_current=False)
    usual = {"broker_transport_options": {"durability": "normal"}, "result_expires": None}
    app.conf.update(task_ignore_result=True, **{**usual, **settings})
    return app


def scheduler_of(app: Clocked) -> Scheduler:
    """Return a scheduler for which only the test's time passes."""
    scheduler: Scheduler = Scheduler(app)
    scheduler._boot = lambda: app.was_set  # type: ignore[method-assign]
    return scheduler


#: Makes an application with this `beat_schedule`; begins a scheduler of its own for it.
Application = Callable[..., Clocked]
Beat = Callable[[Clocked], Scheduler]
