"""Tell by its content whether a file is the same, wherever it lies."""

import os
from hashlib import file_digest, sha256
from pathlib import Path

from media.disk import reading

SAMPLE_BYTES = 64 * 1024
WHOLE_BYTES = 1024 * 1024
SAMPLED = "sampled:"


def content_hash(path: Path) -> str:
    """Return the hash of the file at `path`.

    Up to 1 MiB it is the SHA-256 of the whole content. Of larger files only the
    size and the first and last 64 KiB are hashed, for a movie of 80 GB must not be
    read through: then it begins with `sampled:`, and two files that differ only in
    the middle share it.

    Raises `UnreadableFileError`, `StillCopyingError` when the file vanished, and
    `LibraryUnavailableError` when the disk fails.
    """
    with reading(path), path.open("rb") as file:
        size = os.fstat(file.fileno()).st_size
        if size <= WHOLE_BYTES:
            return sha256(file.read()).hexdigest()
        sample = sha256(size.to_bytes(8, "big"))
        sample.update(file.read(SAMPLE_BYTES))
        file.seek(-SAMPLE_BYTES, os.SEEK_END)
        sample.update(file.read(SAMPLE_BYTES))
        return SAMPLED + sample.hexdigest()


def whole_hash(path: Path) -> str:
    """Return the SHA-256 of the whole content; raises what `content_hash` raises."""
    with reading(path), path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()
