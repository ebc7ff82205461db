"""Tell Kodi, by JSON-RPC over HTTP.

Kodi answers `OK` to nearly everything, at once, whatever comes of it. So each thing is
looked up before and after: nothing of Kodi's is remembered between two jobs, its
ids least of all, for a refresh changes them.
"""

from media.players.kodi.teller import KodiTeller

__all__ = ["KodiTeller"]
