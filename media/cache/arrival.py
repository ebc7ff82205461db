"""A file that has come into the cache's tree and has no place there yet."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Arrival:
    """A whole, verified file at `temporary`, on the disk; the sizes in bytes and pixels.

    `key` is its SHA-256, `extension` has its dot, `source_url` is where it is from.
    """

    temporary: Path
    key: str
    asset_type: str
    extension: str
    size: int
    source_url: str
    width: int | None = None
    height: int | None = None
    perceptual_hash: str | None = None
