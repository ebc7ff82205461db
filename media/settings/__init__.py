"""What a person can set: `media.toml` and environment variables, read whenever needed."""

from media.settings.doubts import doubts
from media.settings.libraries import LibraryKind, LibrarySettings
from media.settings.players import PlayerGroupSettings, PlayerSettings, PlayerType
from media.settings.providers import ProvidersSettings
from media.settings.reading import read_schedules, read_settings, variable
from media.settings.schedules import ScheduleSettings
from media.settings.settings import Settings
from media.settings.values import reveal

__all__ = [
    "LibraryKind",
    "LibrarySettings",
    "PlayerGroupSettings",
    "PlayerSettings",
    "PlayerType",
    "ProvidersSettings",
    "ScheduleSettings",
    "Settings",
    "doubts",
    "read_schedules",
    "read_settings",
    "reveal",
    "variable",
]
