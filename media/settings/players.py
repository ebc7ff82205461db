"""The players that are told what has changed, and the groups they form."""

from enum import StrEnum
from typing import Annotated, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, model_validator

from media.errors import InvalidPathError
from media.player_path import parse_player_path
from media.settings.values import Secret, Table, Url
from media.source_path import parse_source_path


class PlayerType(StrEnum):
    """The programs that can be told."""

    KODI = "kodi"
    JELLYFIN = "jellyfin"
    PLEX = "plex"


# What people copy from their browser, or from the player's documentation.
_TOO_MUCH = {
    PlayerType.KODI: "/jsonrpc",
    PlayerType.JELLYFIN: "/web",
    PlayerType.PLEX: "/web",
}


def _checked_mappings(mappings: dict[str, str]) -> dict[str, str]:
    """Refuse what is no absolute path or URL, and two names of one local directory."""
    seen: dict[tuple[str, ...], str] = {}
    for local, theirs in mappings.items():
        try:
            key = parse_source_path(local).key
            parse_player_path(theirs)
        except InvalidPathError as error:
            raise ValueError(str(error)) from error
        if mappings[seen.setdefault(key, local)] != theirs:
            raise ValueError(f"{local!r} is mapped twice: {seen[key]!r} is the same path")
    return mappings


PathsOfPlayer = Annotated[dict[str, str], AfterValidator(_checked_mappings)]


class PlayerSettings(Table):
    """A player. The name of its table is its name.

    url: its address, `http://192.168.1.20:8080`. group: which group it is in; by
    default it is one of its own. username, password: Kodi's. token: Jellyfin's API
    key or Plex's token. path_mappings: local directory to what the player calls it,
    which may be a URL such as `smb://nas/movies`; without any it sees our paths.
    """

    type: PlayerType
    url: Url
    group: str | None = None
    username: str | None = None
    password: Secret | None = None
    token: Secret | None = None
    path_mappings: PathsOfPlayer = Field(default_factory=dict)
    enabled: bool = True
    timeout_seconds: float = Field(default=20, gt=0, le=600)

    @model_validator(mode="after")
    def _has_what_its_type_needs(self) -> Self:
        if self.type is not PlayerType.KODI and self.token is None:
            raise ValueError(f"a {self.type} needs a token")
        return self

    @model_validator(mode="after")
    def _is_its_address_alone(self) -> Self:
        parts = urlsplit(self.url)
        path, found, _rest = f"{parts.path}/".partition(f"{_TOO_MUCH[self.type]}/")
        if found or parts.query or parts.fragment:
            address = f"{parts.scheme}://…{path}"
            raise ValueError(f"a page's address, not the {self.type}'s own: it ends at {address}")
        return self


class PlayerGroupSettings(Table):
    """A group of players.

    shared_library: its Kodis share one database, so one of them is told for all.
    libraries: the names of those that concern it; all by default.
    """

    shared_library: bool = False
    libraries: tuple[str, ...] | None = None
