"""Tell Kodi, Jellyfin and Plex what changed in the libraries.

`publish` and the webhooks write rows of `library_changes`. `plan_notices` turns them
into `player_notices`, one for each player and directory, and `notify` tells one
player all that waits for it.
"""

from media.players.notifying import NotifySummary, newest_waiting, notify
from media.players.planning import PlannedNotice, plan_notices

__all__ = ["NotifySummary", "PlannedNotice", "newest_waiting", "notify", "plan_notices"]
