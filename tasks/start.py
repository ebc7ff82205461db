"""What is looked at before a worker or beat begins."""

import sys
from typing import Any

from celery import signals

from media.errors import MediaError, SettingsError
from media.library.database import Library
from media.phases import PhaseConfiguration
from media.settings import Settings, doubts, read_schedules, read_settings
from tasks.schedules import beat_schedule

_WRONG_SETTINGS = 2


def checked_settings() -> Settings:
    """Read all settings.

    Raises:
        SettingsError: some cannot be used; the message lists all of them.
    """
    try:
        settings = read_settings()
    except SettingsError as error:
        raise SettingsError("\n".join([str(error), *_wrong_schedules()])) from error
    beat_schedule(settings)
    return settings


def _wrong_schedules() -> list[str]:
    """Return what is wrong with the schedules beside what is wrong with the settings."""
    try:
        settings = read_schedules()
    except SettingsError:
        return []
    try:
        beat_schedule(settings)
    except SettingsError as error:
        return [str(error)]
    return []


def refuse_wrong_settings(**_: Any) -> None:
    """End the worker or beat, with every mistake on the screen, instead of failing each job."""
    try:
        settings = checked_settings()
    except SettingsError as error:
        sys.stderr.write(f"The settings cannot be used:\n{error}\n")
        raise SystemExit(_WRONG_SETTINGS) from error
    if doubtful := [*doubts(settings), *_unknown_keys(settings)]:
        sys.stderr.write("\n".join(["Is this what you mean?", *doubtful, ""]))


def _unknown_keys(settings: Settings) -> list[str]:
    """Return a sentence for each row of the phase configuration that nobody reads."""
    if not settings.library_database.exists():
        return []
    try:
        unknown = PhaseConfiguration(Library(settings.library_database)).unknown()
    except MediaError:
        return []  # the jobs will tell
    return [f"the row {key!r} of the table settings sets nothing: no such key" for key in unknown]


# Weak references would let it go.
signals.celeryd_init.connect(refuse_wrong_settings, weak=False)
signals.beat_init.connect(refuse_wrong_settings, weak=False)
