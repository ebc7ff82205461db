"""What is around an installation: the providers, and a player of each kind."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from fakes import Providers
from player_fakes import FakeJellyfin, FakeKodi, FakePlex

_PLAYERS = """
[players.kodi]
type = "kodi"
timeout_seconds = 120
url = "{kodi}"
username = "kodi"
password = "secret"
path_mappings = {{ "{movies}" = "smb://nas/movies", "{tv}" = "smb://nas/tv" }}
[players.jellyfin]
type = "jellyfin"
timeout_seconds = 120
url = "{jellyfin}"
token = "key"
path_mappings = {{ "{movies}" = "/media/movies", "{tv}" = "/media/tv" }}
[players.plex]
type = "plex"
timeout_seconds = 120
url = "{plex}"
token = "token"
path_mappings = {{ "{movies}" = "/data/movies", "{tv}" = "/data/tv" }}
"""


@dataclass
class Household:
    """Providers and players on the loopback; `toml` is how an installation finds them."""

    providers: Providers
    kodi: FakeKodi
    jellyfin: FakeJellyfin
    plex: FakePlex
    toml: str
    environment: dict[str, str]

    def players_asked(self) -> int:
        """Return how many requests the players have had."""
        return len(self.kodi.asked) + len(self.jellyfin.asked) + len(self.plex.asked)


@contextmanager
def household(root: Path) -> Iterator[Household]:
    """Have providers, and players that see `root/movies` and `root/tv` by names of their own."""
    movies, tv = root / "movies", root / "tv"
    with ExitStack() as stack:
        providers = stack.enter_context(Providers())
        kodi = stack.enter_context(
            FakeKodi(
                {"smb://nas/movies": movies, "smb://nas/tv": tv},
                {"smb://nas/movies": "movies", "smb://nas/tv": "tvshows"},
            )
        )
        jellyfin = stack.enter_context(
            FakeJellyfin(
                {"/media/movies": movies, "/media/tv": tv},
                {"Movies": ["/media/movies"], "TV": ["/media/tv"]},
            )
        )
        plex = stack.enter_context(
            FakePlex(
                {"/data/movies": movies, "/data/tv": tv},
                [("movie", ["/data/movies"]), ("show", ["/data/tv"])],
            )
        )
        toml = _PLAYERS.format(
            kodi=kodi.url, jellyfin=jellyfin.url, plex=plex.url, movies=movies, tv=tv
        )
        yield Household(providers, kodi, jellyfin, plex, toml, providers.environment())
