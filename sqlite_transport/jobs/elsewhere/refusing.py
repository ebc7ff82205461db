"""What only the file can do: each of these says what to do instead."""

from typing import Any, NoReturn

from sqlite_transport.jobs.elsewhere.part import Part
from sqlite_transport.jobs.gating import UNSAID

IN_THE_BROKER = "a message that waits in the broker cannot be seen or changed there: "
LIMITS = (
    "a limit over all workers needs the file; in a single worker Celery's own rate_limit and "
    "--concurrency hold, and a queue with few workers of its own limits what is in it"
)


class Refusing(Part):
    """The verbs that another broker does not have; each raises `NotOnThisBroker`."""

    def update(
        self,
        ref: int | str,
        *,
        priority: int | None = None,
        due_at: object = None,
        args: Any = None,
        kwargs: Any = None,
    ) -> NoReturn:
        """Raise."""
        self._refuse("update", IN_THE_BROKER + "cancel the job and add another one")

    def promote(self, ref: int | str) -> NoReturn:
        """Raise."""
        self._refuse("promote", IN_THE_BROKER + "cancel the job and add another one")

    def promote_all(
        self,
        *,
        type: str | None = None,  # noqa: A002
        queue: str | None = None,
        progress: Any = None,
    ) -> NoReturn:
        """Raise."""
        self._refuse("promote_all", IN_THE_BROKER + "cancel the jobs and add others")

    def reset_stalled(self) -> NoReturn:
        """Raise."""
        self._refuse(
            "reset_stalled",
            "the broker itself hands out again what a dead worker had: RabbitMQ at once, Redis "
            "after the visibility_timeout in broker_transport_options",
        )

    def limit(
        self,
        *,
        queue: str | None = None,
        type: str | None = None,  # noqa: A002
        concurrency: int | None = UNSAID,
        key_concurrency: int | None = UNSAID,
        rate: str | float | None = UNSAID,
    ) -> NoReturn:
        """Raise."""
        self._refuse("limit", LIMITS)

    def breaker(
        self,
        type: str,  # noqa: A002
        *,
        failures: int | None = 5,
        seconds: float = 60.0,
    ) -> NoReturn:
        """Raise."""
        self._refuse("breaker", "have the task retry later (autoretry_for, retry_backoff)")

    def close_breaker(self, type: str) -> NoReturn:  # noqa: A002
        """Raise."""
        self._refuse("close_breaker", "there are no breakers here")

    def schedules(self) -> NoReturn:
        """Raise."""
        self._refuse(
            "schedules",
            "beat keeps them in a file of its own (beat_schedule_filename); see its log for what "
            "it sent, and the configuration for what is due",
        )

    def vacuum(self, progress: Any = None) -> NoReturn:
        """Raise."""
        self._refuse("vacuum", "there is no file; the broker keeps its own memory and disk")

    def backup(self, target: Any, *, overwrite: bool = False, progress: Any = None) -> NoReturn:
        """Raise."""
        self._refuse(
            "backup", "back up the broker with its own tools, and so the history's database"
        )

    def restore(self, source: Any, *, force: bool = False, progress: Any = None) -> NoReturn:
        """Raise."""
        self._refuse(
            "restore", "restore the broker with its own tools, and so the history's database"
        )
