"""What every kind of player has in common when it is told."""

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Sequence

from media.errors import MediaError
from media.outside import Service
from media.players.event import Addressed
from media.settings import PlayerSettings


class Teller(ABC):
    """Tells one player.

    told: the events that it was told. problems: why others could not be told.
    actions: what was done, counted.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.told: list[Addressed] = []
        self.problems: list[MediaError] = []
        self.actions: Counter[str] = Counter()

    @abstractmethod
    def tell(self, events: Sequence[Addressed]) -> None:
        """Tell all of `events` in as few calls as possible.

        What stands in the way of one event goes to `problems`; what stands in the
        way of all is raised, and what is in `told` by then is told nevertheless.
        """


def service_of(name: str, player: PlayerSettings) -> Service:
    """Return the player as a service: each has a breaker of its own."""
    return Service(f"player:{name}", player.url, timeout_seconds=player.timeout_seconds)
