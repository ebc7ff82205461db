"""All that one scan read of a movie's directory, before any of it is written down."""

from collections.abc import Mapping
from dataclasses import dataclass

from media.earlier import Earlier, Standing
from media.movie import FEATURES, FoundMovie
from media.scan.inventory import Inventory
from media.scan.signature import signature_of


@dataclass(frozen=True)
class Reading:
    """What was there, what the library knew of it before, and what was found.

    `standings` is how each published file stands, by relative path.
    """

    inventory: Inventory
    earlier: Earlier
    standings: Mapping[str, Standing]
    found: FoundMovie
    warnings: list[str]

    @property
    def signature(self) -> str:
        """The directory's signature: what is our own is not in it."""
        files = self.inventory.files
        return signature_of(
            file for file in files if self.standings.get(file.relative_path) != Standing.OURS
        )

    def published(self, standing: Standing) -> list[str]:
        """Return the published files that stand so."""
        return sorted(path for path, now in self.standings.items() if now is standing)

    def has_other_videos(self) -> bool:
        """Whether the movie's own videos are not those that the library knew."""
        before = {f.stored for f in self.earlier.files.values() if f.role in FEATURES}
        return before != {file.stored for file in self.found.files if file.role in FEATURES}
