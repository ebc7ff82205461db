"""Files of the cache without any server."""

import hashlib
import os
import time
from datetime import datetime
from pathlib import Path

from asset_library import NOW

from media.cache import Arrival, Cache, keep
from media.library.database import Library
from media.library.models import (
    Base,
    CacheFile,
    Candidate,
    Credit,
    PublishedFile,
    Selection,
)


class Kept:
    """A cache to which contents are added without a server."""

    def __init__(self, library: Library, cache: Cache) -> None:
        self.library, self.cache = library, cache

    def add(self, content: bytes, asset_type: str = "image", **columns: object) -> str:
        """Keep `content`, referred to by nothing; returns its key."""
        key = hashlib.sha256(content).hexdigest()
        with self.cache.incoming(asset_type) as file:
            file.write(content)
            file.flush()
            arrival = Arrival(Path(file.name), key, asset_type, ".jpg", len(content), "http://x/")
            with self.library.writing() as session:
                row = keep(session, self.cache, arrival, NOW)
                for name, value in columns.items():
                    setattr(row, name, value)
        return key

    def stranger(self, content: bytes, asset_type: str = "image", age: float = 7200.0) -> Path:
        """Put a file there that has no row."""
        path = self.cache.path_of(hashlib.sha256(content).hexdigest(), asset_type, ".jpg")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        then = time.time() - age
        os.utime(path, (then, then))
        return path

    def is_there(self, key: str, asset_type: str = "image") -> bool:
        return self.cache.path_of(key, asset_type, ".jpg").exists()

    def deleted_at(self, key: str) -> datetime | None:
        with self.library.reading() as session:
            return session.get_one(CacheFile, key).deleted_at


def refer(library: Library, movie_id: int, table: str, key: str) -> None:
    row: Base
    match table:
        case "candidates":
            row = Candidate(
                movie_id=movie_id,
                provider="tmdb",
                kind="poster",
                url=key,
                fetched_at=NOW,
                cache_key=key,
            )
        case "selections":
            row = Selection(
                movie_id=movie_id, kind="poster", rank=0, cache_key=key, selected_at=NOW
            )
        case "credits":
            row = Credit(movie_id=movie_id, kind="cast", name="A", position=0, picture_key=key)
        case _:
            row = PublishedFile(
                movie_id=movie_id,
                relative_path="poster.jpg",
                kind="poster",
                sha256=key,
                size=1,
                mtime_ns=1,
                cache_key=key,
                published_at=NOW,
            )
    with library.writing() as session:
        session.add(row)
