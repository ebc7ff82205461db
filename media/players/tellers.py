"""The teller of each type of player."""

from collections.abc import Iterator
from contextlib import contextmanager

from media.outside import OutsideClient
from media.phases import PlayerSyncPhase
from media.players.jellyfin import JellyfinTeller, authorization
from media.players.kodi import KodiTeller
from media.players.patience import Patience
from media.players.plex import PlexTeller
from media.players.teller import Teller, service_of
from media.settings import PlayerSettings, PlayerType, Settings, reveal


@contextmanager
def open_teller(
    name: str, settings: Settings, phase: PlayerSyncPhase, patience: Patience
) -> Iterator[Teller]:
    """Open the teller of the player `name`, with a client that knows its credentials."""
    player = settings.players[name]
    service, token = service_of(name, player), reveal(player.token) or ""
    match player.type:
        case PlayerType.KODI:
            with OutsideClient(service, settings, auth=_user_of(player)) as client:
                yield KodiTeller(name, client, phase, patience)
        case PlayerType.JELLYFIN:
            headers = {"Authorization": authorization(token)}
            with OutsideClient(service, settings, headers) as client:
                yield JellyfinTeller(name, client)
        case PlayerType.PLEX:
            with OutsideClient(service, settings, {"X-Plex-Token": token}) as client:
                yield PlexTeller(name, client)


def _user_of(player: PlayerSettings) -> tuple[str, str] | None:
    if player.username is None and player.password is None:
        return None
    return player.username or "", reveal(player.password) or ""
