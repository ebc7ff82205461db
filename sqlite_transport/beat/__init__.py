"""`celery beat` whose state is in the queue's file, and cron expressions with a time zone.

    from sqlite_transport.beat import cron

    beat_scheduler = "sqlite_transport.beat:Scheduler"
    beat_schedule = {
        "cleanup": {"task": "cleanup", "schedule": cron("0 3 * * *", timezone="Europe/Berlin")},
    }

Told in docs/schedules.md.
"""

from sqlite_transport.beat.cron import Crontab, cron
from sqlite_transport.beat.scheduler import Scheduler

__all__ = ["Crontab", "Scheduler", "cron"]
