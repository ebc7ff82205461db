"""One after the other: two jobs that publish the same movie at once."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from media.errors import LibraryDatabaseError
from media.settings import Settings

# Movies that share a number wait for each other, which costs little.
_TURNS = 64


@contextmanager
def turn_of(movie_id: int, settings: Settings) -> Iterator[Path]:
    """Hold the turn to write the files of a movie, and say where its journal is.

    The system takes the turn from a dead process.

    It is a locked file beside the library database, since locks on a share that holds
    movies cannot be trusted. Raises `LibraryDatabaseError`.
    """
    database = settings.library_database
    directory = database.with_name(f"{database.name}-publishing")
    try:
        directory.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(
            directory / f"{movie_id % _TURNS}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666
        )
    except OSError as error:
        raise LibraryDatabaseError(f"cannot write {directory}: {error.strerror}") from error
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield directory / f"{movie_id}.journal"
    finally:
        os.close(descriptor)
