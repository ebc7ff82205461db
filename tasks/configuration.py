"""What people have set, as a job finds it when it begins."""

from dataclasses import dataclass

from media.library.database import Library
from media.phases import PhaseConfiguration, Phases
from media.settings import Settings, read_settings


@dataclass(frozen=True)
class Configuration:
    """The settings of the installation, and the configuration of the phases."""

    settings: Settings
    phases: Phases


def configuration() -> Configuration:
    """Read all anew, so that every process goes by a change at its next job.

    Raises:
        SettingsError, LibraryDatabaseError, LibraryDatabaseBrokenError: it cannot be read.
    """
    settings = read_settings()
    return Configuration(settings, PhaseConfiguration(Library(settings.library_database)).phases())
