"""Read the settings from the configuration file and the environment."""

import os
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic.fields import FieldInfo
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from media.errors import SettingsError
from media.settings.names import hint, names_in
from media.settings.settings import Schedules, Settings
from media.settings.time_zone import check_time_zone

CONFIG_VARIABLE = "MEDIA_CONFIG"
DEFAULT_CONFIG = "media.toml"

PREFIX = "MEDIA_"
_NESTED = "__"

# What pydantic says in words that mean nothing to who writes the file.
_MESSAGES = {
    "dict_type": "this must be a table",
    "model_type": "this must be a table",
}


class _Environment(EnvSettingsSource):
    """The environment: what is no JSON is text there, so the checks name it beside all else."""

    def decode_complex_value(self, field_name: str, field: FieldInfo, value: Any) -> Any:
        try:
            return super().decode_complex_value(field_name, field, value)
        except ValueError:
            return value


class _Sources(BaseSettings):
    """The places where settings are looked for, the strongest first."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_nested_delimiter=_NESTED, env_ignore_empty=True
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Take the environment, then the file."""
        return _Environment(settings_cls), _file_source(settings_cls)


class _FromSources(_Sources, Settings):
    """All settings."""

    model_config = _Sources.model_config


class _SchedulesFromSources(_Sources):
    """What the schedules need of them."""

    model_config = SettingsConfigDict(extra="ignore")

    timezone: str = "UTC"
    schedules: Schedules = {}


def read_settings() -> Settings:
    """Read `media.toml`, or the file that MEDIA_CONFIG names, and the environment.

    A variable wins over the file: `MEDIA_CACHE_DIRECTORY`, `MEDIA_PROVIDERS__TMDB__TOKEN`;
    one that is empty counts as not set, and whole tables may be given as JSON.

    Raises:
        SettingsError: something cannot be used; the message lists all of it.
    """
    try:
        return _FromSources()
    except ValidationError as error:
        # Its own text quotes what was given: a traceback must not show a secret.
        raise SettingsError(_sentences(error)) from None


def read_schedules() -> Settings:
    """Read the schedules alone, and leave all else at its default.

    For who wants to tell what is wrong with them although something else is wrong too,
    the general time zone perhaps.

    Raises:
        SettingsError: they cannot be read; `read_settings` says the same.
    """
    try:
        found = _SchedulesFromSources()
        return Settings(timezone=_usable(found.timezone), schedules=found.schedules)
    except ValidationError as error:
        raise SettingsError(_sentences(error)) from None


def _usable(time_zone: str) -> str:
    try:
        return check_time_zone(time_zone) or "UTC"
    except ValueError:
        return "UTC"


def variable(*location: str) -> str:
    """Return the environment variable that sets what is at `location`."""
    return PREFIX + _NESTED.join(location).upper()


def _file_source(settings: type[BaseSettings]) -> TomlConfigSettingsSource:
    named = os.environ.get(CONFIG_VARIABLE)
    path = Path(named or DEFAULT_CONFIG)
    if named and not path.is_file():
        raise SettingsError(f"{CONFIG_VARIABLE}: there is no file {named}")
    if path.is_dir():
        # Docker makes one where the file to mount is not there.
        raise SettingsError(f"the configuration file {path} is a directory")
    try:
        return TomlConfigSettingsSource(settings, toml_file=path)
    except (OSError, ValueError) as error:
        raise SettingsError(f"cannot read the configuration file {path}: {error}") from error


def _sentences(error: ValidationError) -> str:
    return "\n".join(_sentence(one["loc"], one["type"], one["msg"]) for one in error.errors())


def _sentence(location: tuple[int | str, ...], kind: str, said: str) -> str:
    message = _MESSAGES.get(kind, said).removeprefix("Value error, ")
    parts = [str(part) for part in location]
    if kind == "extra_forbidden":
        message = f"there is no setting of this name: {hint(parts[-1], names_in(parts[:-1]))}"
    if not parts:
        return message
    return f"{'.'.join(parts)} ({variable(*parts)}): {message}"
