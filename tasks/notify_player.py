"""The jobs `notify-kodi`, `notify-jellyfin` and `notify-plex`: tell one player.

Who finds it away leaves the rest to the one job that waits for it.
"""

from typing import Any

from media.players import notify
from tasks.configuration import configuration
from tasks.job import job
from tasks.notify_players import NotifyPlayerRequest
from tasks.waiting_for_player import leave_to_who_waits

_OPTIONS: dict[str, Any] = {
    "unique": "until_started",
    "unique_on": ("player", "origin", "waits"),
    # Two at once would tell the same twice.
    "limit_on": ("player",),
    "limit_concurrency_per_key": 1,
    "before_retry": leave_to_who_waits,
}


def _notify_player(_self: Any, request: NotifyPlayerRequest) -> dict[str, object]:
    """Tell the player all that waits for it, and see that it knows; returns a summary.

    While the player is down, plays something or does not know yet, one job tries again.
    """
    config = configuration()
    return notify(request.player, config.settings, config.phases.player_sync).as_json()


notify_kodi = job("notify-kodi", NotifyPlayerRequest, **_OPTIONS)(_notify_player)
notify_jellyfin = job("notify-jellyfin", NotifyPlayerRequest, **_OPTIONS)(_notify_player)
notify_plex = job("notify-plex", NotifyPlayerRequest, **_OPTIONS)(_notify_player)
