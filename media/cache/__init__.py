"""The cache: files from outside, named for their content, each kept once.

A file gets its name and its row in `cache_files` in one write transaction of the
library, and loses its name in one too. So whoever takes files away sees no file
that somebody is just adding, in whatever process.
"""

from media.cache.arrival import Arrival
from media.cache.fetching import fetched_image, fetched_video
from media.cache.references import is_referred_to
from media.cache.rows import intact_file, intact_file_of, keep
from media.cache.store import ASSET_TYPES, IMAGE, VIDEO, Cache, StoredAsset

__all__ = [
    "ASSET_TYPES",
    "IMAGE",
    "VIDEO",
    "Arrival",
    "Cache",
    "StoredAsset",
    "fetched_image",
    "fetched_video",
    "intact_file",
    "intact_file_of",
    "is_referred_to",
    "keep",
]
