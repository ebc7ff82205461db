"""What a person can set, read from the environment whenever it is needed.

MEDIA_PATH_MAPPINGS
    Manager's path to local path, as a JSON object (`{"/movies": "/mnt/nas/movies"}`)
    or a list of pairs. Relative local paths start at the working directory.
MEDIA_LIBRARY_ROOTS
    Local directories that hold movies, as a JSON list. Each also maps onto
    itself, for a manager that sees the same paths as we do.
MEDIA_LIBRARY_DATABASE
    The library's SQLite file. Default `library.db`.
MEDIA_LIBRARY_ANCHOR
    Name of a file that every library root must hold; while it is missing the
    root counts as unmounted. Default: none asked for.
MEDIA_QUIET_SECONDS
    How long a video must have been left alone to count as complete. Default 10.
MEDIA_PROBE_TIMEOUT_SECONDS
    How long reading one file's streams may take. Default 60.

With neither mappings nor roots set, the only mapping is `/movies` to
`./demo-library`, the library that the demonstration makes: no path of a real
manager is ever guessed.
"""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from media.errors import InvalidPathError, SettingsError
from media.path_mapping import MappingRule

DEMO_MAPPING = ("/movies", "demo-library")

_PREFIX = "MEDIA_"


def _from_json(value: object) -> object:
    if not isinstance(value, str):
        return value
    try:
        read = json.loads(value)
    except json.JSONDecodeError as error:
        raise ValueError(f"not JSON: {error}") from error
    return list(read.items()) if isinstance(read, dict) else read


def _local_path(value: object) -> object:
    if not isinstance(value, str):
        return value
    if "://" in value:
        raise ValueError(f"{value!r} is a URL: mount it and give the local directory")
    if not value.strip() or "\0" in value:
        raise ValueError(f"{value!r} is no path")
    return Path(os.path.normpath(Path(value).expanduser().absolute()))


LocalPath = Annotated[Path, BeforeValidator(_local_path)]
Pairs = Annotated[tuple[tuple[str, LocalPath], ...], BeforeValidator(_from_json)]
Paths = Annotated[tuple[LocalPath, ...], BeforeValidator(_from_json)]


class Settings(BaseModel):
    """The settings, checked. `read_settings` makes one of the environment."""

    model_config = ConfigDict(frozen=True)

    path_mappings: Pairs = ()
    library_roots: Paths = ()
    library_database: LocalPath = Field(default="library.db", validate_default=True)
    library_anchor: str = Field(default="", pattern="^[^/]*$")
    quiet_seconds: float = Field(default=10, ge=0, le=3600)
    probe_timeout_seconds: float = Field(default=60, gt=0, le=3600)

    def rules(self) -> tuple[MappingRule, ...]:
        """Return the mapping rules: those given, and each root onto itself."""
        pairs = self.path_mappings + tuple((str(root), root) for root in self.library_roots)
        if not pairs:
            pairs = ((DEMO_MAPPING[0], Path(DEMO_MAPPING[1]).absolute()),)
        return tuple(MappingRule.of(source, target) for source, target in pairs)

    def roots(self) -> frozenset[Path]:
        """Return the local directories that hold movies."""
        return frozenset(rule.target for rule in self.rules())


def read_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """Read the settings from the environment.

    A variable that is empty counts as not set. Raises `SettingsError`, which
    names the variable that cannot be used.
    """
    environment = os.environ if environment is None else environment
    values = {
        field: environment[name]
        for field in Settings.model_fields
        if environment.get(name := variable(field))
    }
    try:
        settings = Settings.model_validate(values)
    except ValidationError as error:
        raise SettingsError(_sentence(error)) from error
    _check_sources(settings)
    return settings


def variable(field: str) -> str:
    """Return the environment variable that sets `field`."""
    return f"{_PREFIX}{field.upper()}"


def _check_sources(settings: Settings) -> None:
    name = variable("path_mappings")
    try:
        rules = settings.rules()
    except InvalidPathError as error:
        raise SettingsError(f"{name}: {error}") from error
    targets: dict[tuple[str, tuple[str, ...]], Path] = {}
    for rule in rules:
        key = (rule.source.root, rule.source.key)
        if targets.setdefault(key, rule.target) != rule.target:
            raise SettingsError(f"{name}: one path is mapped twice, also to {rule.target}")


def _sentence(error: ValidationError) -> str:
    first = error.errors()[0]
    field, *where = first["loc"]
    place = "".join(f"[{part}]" for part in where)
    return f"{variable(str(field))}{place}: {first['msg'].removeprefix('Value error, ')}"
