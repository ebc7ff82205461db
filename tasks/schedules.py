"""When the scheduled jobs run: what `celery beat` goes by."""

from dataclasses import dataclass, replace
from typing import Any

from media.errors import SettingsError
from media.settings import Settings
from sqlite_transport.beat import cron


@dataclass(frozen=True)
class Schedule:
    """A job's times: a cron expression, and the time zone it is meant in."""

    cron: str
    timezone: str
    arguments: dict[str, Any]
    enabled: bool = True


_DEFAULTS: dict[str, tuple[str, dict[str, Any]]] = {
    "scheduled-file-scan": ("0 2 * * *", {}),
    "cache-orphan-cleanup": ("0 3 * * *", {}),
    "cache-soft-delete-expiration": ("0 3 * * *", {"retentionDays": 30}),
    "scheduled-cleanup": ("30 3 * * *", {}),
    "scheduled-provider-update": ("0 4 * * *", {}),
    "scheduled-verification": ("0 5 * * 0", {}),
}


def schedules(settings: Settings) -> dict[str, Schedule]:
    """Return the schedule of each scheduled job, as the settings change it.

    Raises:
        SettingsError: a job that is not scheduled, or no cron expression; all of them are told.
    """
    wrong = [
        f"schedules.{name}: no such scheduled job; there are {', '.join(_DEFAULTS)}"
        for name in settings.schedules
        if name not in _DEFAULTS
    ]
    found = {name: _schedule(name, settings) for name in _DEFAULTS}
    wrong += [
        f"schedules.{name}.cron: {schedule.cron!r} is no cron expression: {problem}"
        for name, schedule in found.items()
        if (problem := _problem(schedule))
    ]
    if wrong:
        raise SettingsError("\n".join(wrong))
    return found


def beat_schedule(settings: Settings) -> dict[str, dict[str, Any]]:
    """Return the schedules as Celery's `beat_schedule` has them."""
    return {
        name: {
            "task": name,
            "schedule": cron(schedule.cron, timezone=schedule.timezone),
            "kwargs": schedule.arguments,
        }
        for name, schedule in schedules(settings).items()
        if schedule.enabled
    }


def _schedule(name: str, settings: Settings) -> Schedule:
    usual, arguments = _DEFAULTS[name]
    schedule = Schedule(usual, settings.timezone, arguments)
    change = settings.schedules.get(name)
    if change is None:
        return schedule
    return replace(
        schedule,
        cron=change.cron or usual,
        timezone=change.timezone or settings.timezone,
        enabled=change.enabled,
    )


def _problem(schedule: Schedule) -> str:
    try:
        cron(schedule.cron, timezone=schedule.timezone)
    except ValueError as error:
        return str(error)
    return ""
