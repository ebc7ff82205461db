"""Strict stand-ins of Kodi, Jellyfin and Plex over real HTTP, for tests in any process.

Each reads the real directories through `mounts`, what it calls a directory to
the local one, so that a test can ask what people would see on it. What the real program
refuses or swallows, these refuse or swallow.
"""

from player_fakes.jellyfin import FakeJellyfin
from player_fakes.kodi import FakeKodi
from player_fakes.plex import FakePlex
from player_fakes.server import Asked, FakePlayer

__all__ = ["Asked", "FakeJellyfin", "FakeKodi", "FakePlayer", "FakePlex"]
