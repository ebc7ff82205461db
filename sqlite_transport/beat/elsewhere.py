"""The scheduler where the broker is no SQLite file."""

import logging
from typing import Any

from celery.beat import PersistentScheduler

from sqlite_transport.beat.entry import to_send

logger = logging.getLogger("sqlite_transport")


class SchedulerElsewhere(PersistentScheduler):
    """Celery's own, which keeps its state in a file of its own (`beat_schedule_filename`).

    There are no transactions with the broker, so two of them send all twice, a
    crash may lose a run or double it, and jobs overlap.
    """

    def setup_schedule(self) -> None:
        """Begin, and say what is different here."""
        logger.warning(
            "The broker is no sqlite:// file: schedules are kept in %s as by Celery's own "
            "scheduler, so run one beat only; jobs may overlap, whatever `overlap` says",
            self.schedule_filename,
        )
        super().setup_schedule()

    def apply_async(
        self, entry: Any, producer: Any = None, advance: bool = True, **options: Any
    ) -> Any:
        """Send the entry's task."""
        entry = self.reserve(entry) if advance else entry
        return super().apply_async(to_send(entry), producer=producer, advance=False, **options)
