"""Tell Plex, by its HTTP API."""

from media.players.plex.teller import PlexTeller

__all__ = ["PlexTeller"]
