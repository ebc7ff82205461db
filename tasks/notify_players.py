"""The job `notify-players`: find out which players have to be told what."""

from typing import Any

from media.players import plan_notices
from tasks.chain import send
from tasks.configuration import Configuration, configuration
from tasks.job import job
from tasks.request import Origin, Request


class NotifyPlayerRequest(Request):
    """One player that has changes waiting, of one group.

    waits: it is the job that tries again until the player can be told. newest: the
    latest notice that was there when this one was sent.
    """

    player: str
    group: str
    waits: bool = False
    newest: int = 0


@job("notify-players", Request, unique="until_started")
def notify_players(_self: Any, request: Request) -> dict[str, object]:
    """Send one job for each player that something has changed for; returns their ids.

    However many movies changed meanwhile, each player gets one job.
    """
    config = configuration()
    told: dict[str, object] = {}
    for notice in plan_notices(config.settings, config.phases.player_sync):
        player = NotifyPlayerRequest(
            player=notice.player, group=notice.group, origin=request.origin
        )
        told[notice.player] = send(f"notify-{notice.type}", player)
    return {"players": told}


def send_notify_players(config: Configuration, origin: Origin) -> str:
    """Send `notify-players`, to begin when changes were collected for long enough."""
    delay = config.phases.player_sync.delay_seconds
    return send("notify-players", Request(origin=origin), countdown=delay or None)
