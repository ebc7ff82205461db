"""The files of the cache on the disk: `<asset type>/<aa>/<SHA-256><extension>`."""

import hashlib
import os
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from media.atomic_file import sync_directory
from media.errors import CacheUnavailableError

IMAGE, VIDEO = "image", "video"
ASSET_TYPES = (IMAGE, VIDEO)

_SHELF = re.compile("[0-9a-f]{2}")
_NAME = re.compile(r"(?P<key>[0-9a-f]{64})(?P<extension>\.[a-z0-9]+)")


@dataclass(frozen=True)
class StoredAsset:
    """A file that is there: its key, where, and its mtime in seconds since 1970."""

    key: str
    path: Path
    modified_at: float


@dataclass(frozen=True)
class Cache:
    """The files below `directory`; which of them count is in the table `cache_files`.

    Every method raises `CacheUnavailableError` when the disk fails.
    """

    directory: Path

    def path_of(self, key: str, asset_type: str, extension: str) -> Path:
        """Return where the file with this key is, or would be."""
        return self.directory / asset_type / key[:2] / f"{key}{extension}"

    @contextmanager
    def incoming(self, asset_type: str) -> Iterator[BinaryIO]:
        """Open a new temporary file in the same tree, which goes at the end unless it was placed.

        A kill leaves it; `remove_temporaries` of `media.cleanup` finds it by its name.
        """
        name = f".incoming.{secrets.token_hex(8)}.tmp"
        temporary = self.directory / asset_type / name
        with self._disk():
            temporary.parent.mkdir(parents=True, exist_ok=True)
            try:
                with temporary.open("xb") as file:
                    yield file
            finally:
                with suppress(FileNotFoundError):
                    temporary.unlink()

    def place(self, temporary: Path, key: str, asset_type: str, extension: str) -> None:
        """Give a temporary file its name, in place of a file that may be damaged.

        Only to be called within a write transaction, which is what keeps
        `remove` from taking the file before it has a row.
        """
        place = self.path_of(key, asset_type, extension)
        with self._disk():
            if not place.parent.is_dir():
                place.parent.mkdir(exist_ok=True)
                sync_directory(place.parent.parent)
            temporary.replace(place)
            sync_directory(place.parent)

    def is_intact(self, key: str, asset_type: str, extension: str) -> bool:
        """Whether the file is there with the content that its key stands for."""
        with self._disk():
            try:
                with self.path_of(key, asset_type, extension).open("rb") as file:
                    return hashlib.file_digest(file, "sha256").hexdigest() == key
            except FileNotFoundError:
                return False

    def files(self, asset_type: str) -> Iterator[StoredAsset]:
        """Walk through the files of one type; what is no file of the cache's is left out."""
        shelves = [path for path in self._entries(asset_type) if _SHELF.fullmatch(path.name)]
        for shelf in sorted(shelves):
            for path in sorted(self._entries(f"{asset_type}/{shelf.name}")):
                name = _NAME.fullmatch(path.name)
                modified_at = self.modified_at(path) if name else None
                if name and modified_at is not None:
                    yield StoredAsset(name["key"], path, modified_at)

    def modified_at(self, path: Path) -> float | None:
        """Return the mtime of a file in seconds since 1970, None when it is gone."""
        with self._disk():
            try:
                return path.lstat().st_mtime
            except FileNotFoundError:
                return None

    def remove(self, path: Path) -> int | None:
        """Take a file away; returns its size in bytes, None if it is not there.

        Only to be called within a write transaction that has seen that no row has it.
        """
        with self._disk():
            try:
                size = path.lstat().st_size
                path.unlink()
            except FileNotFoundError:
                return None
            return size

    def _entries(self, below: str) -> list[Path]:
        with self._disk():
            try:
                return [Path(entry.path) for entry in os.scandir(self.directory / below)]
            except (FileNotFoundError, NotADirectoryError):
                return []

    @contextmanager
    def _disk(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise CacheUnavailableError(
                f"cannot use the cache {self.directory}: {error.strerror or error}"
            ) from error
