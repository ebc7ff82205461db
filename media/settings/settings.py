"""All settings, and the checks that concern several of them."""

from pathlib import Path
from typing import Annotated

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationInfo,
    field_validator,
)
from pydantic_settings import NoDecode

from media.errors import InvalidPathError
from media.path_mapping import MappingRule
from media.settings.http import HttpSettings
from media.settings.libraries import LibrarySettings
from media.settings.players import PlayerGroupSettings, PlayerSettings
from media.settings.providers import ProvidersSettings
from media.settings.retention import RetentionSettings
from media.settings.schedules import ScheduleSettings
from media.settings.time_zone import check_time_zone
from media.settings.values import LocalPath, from_json


def _checked_rules(mappings: dict[str, Path]) -> dict[str, Path]:
    """Refuse sources that are no absolute paths, and two names of one source."""
    seen: dict[tuple[str, tuple[str, ...]], str] = {}
    wrong: list[str] = []
    for source, target in mappings.items():
        try:
            rule = MappingRule.of(source, target)
        except InvalidPathError as error:
            wrong.append(str(error))
            continue
        other = seen.setdefault((rule.source.root, rule.source.key), source)
        if other != source and mappings[other] != target:
            wrong.append(f"{source!r} is mapped twice: {other!r} is the same path")
    if wrong:
        raise ValueError("; ".join(wrong))
    return mappings


Libraries = Annotated[dict[str, LibrarySettings], NoDecode, BeforeValidator(from_json)]
PathMappings = Annotated[
    dict[str, LocalPath], NoDecode, BeforeValidator(from_json), AfterValidator(_checked_rules)
]
Players = Annotated[dict[str, PlayerSettings], NoDecode, BeforeValidator(from_json)]
PlayerGroups = Annotated[dict[str, PlayerGroupSettings], NoDecode, BeforeValidator(from_json)]
Schedules = Annotated[dict[str, ScheduleSettings], NoDecode, BeforeValidator(from_json)]


class Settings(BaseModel):
    """The settings, checked. `media.settings.read_settings` reads them.

    libraries: by name. path_mappings: what a manager calls a directory to what it
    is called here. library_database: the library's SQLite file. cache_directory:
    where downloaded artwork is kept. webhook_window_seconds: webhooks of one
    directory within so many seconds of the first are one. schedules: by the
    name of the job.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    library_database: LocalPath = Field(default="library.db", validate_default=True)
    cache_directory: LocalPath = Field(default="cache", validate_default=True)
    libraries: Libraries = {}
    path_mappings: PathMappings = {}
    webhook_window_seconds: float = Field(default=5, ge=0, le=3600)
    timezone: str = "UTC"
    providers: ProvidersSettings = ProvidersSettings()
    player_groups: PlayerGroups = {}
    players: Players = {}
    schedules: Schedules = {}
    http: HttpSettings = HttpSettings()
    retention: RetentionSettings = RetentionSettings()

    _check_time_zone = field_validator("timezone")(check_time_zone)

    # Each looks at fields before its own, so that all mistakes are told at once.

    @field_validator("libraries")
    @classmethod
    def _paths_differ(cls, libraries: dict[str, LibrarySettings]) -> dict[str, LibrarySettings]:
        if len({library.path for library in libraries.values()}) < len(libraries):
            raise ValueError("two of them have the same path")
        return libraries

    @field_validator("player_groups")
    @classmethod
    def _libraries_are_known(
        cls, groups: dict[str, PlayerGroupSettings], info: ValidationInfo
    ) -> dict[str, PlayerGroupSettings]:
        known = info.data.get("libraries")
        wrong = [
            f"{name}.libraries: there is no library {library!r}"
            for name, group in groups.items()
            for library in group.libraries or ()
            if known is not None and library not in known
        ]
        if wrong:
            raise ValueError("; ".join(wrong))
        return groups

    @field_validator("players")
    @classmethod
    def _groups_are_known(
        cls, players: dict[str, PlayerSettings], info: ValidationInfo
    ) -> dict[str, PlayerSettings]:
        known = info.data.get("player_groups")
        wrong = [
            f"{name}.group: there is no player_groups.{player.group}"
            for name, player in players.items()
            if player.group and known is not None and player.group not in known
        ]
        if wrong:
            raise ValueError("; ".join(wrong))
        return players

    def rules(self) -> tuple[MappingRule, ...]:
        """Return the mapping rules: those given, and each library's path onto itself.

        No two have the same source: where one is given for a library's path, it counts.
        """
        own = [(str(library.path), library.path) for library in self.libraries.values()]
        rules = [MappingRule.of(*pair) for pair in (*own, *self.path_mappings.items())]
        return tuple({(rule.source.root, rule.source.key): rule for rule in rules}.values())

    def roots(self) -> frozenset[Path]:
        """Return the local directories of the libraries."""
        return frozenset(library.path for library in self.libraries.values())

    def library_at(self, root: Path) -> tuple[str, LibrarySettings]:
        """Return name and settings of the library whose path is `root`."""
        return next(item for item in self.libraries.items() if item[1].path == root)
