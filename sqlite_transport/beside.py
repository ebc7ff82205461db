"""A file that has its name only when it is complete.

It is made in a directory of its own beside its place, together with whatever
SQLite needs while it works on it, then synced and renamed. Who dies in
between leaves that directory, which the next one to make the same file empties.
"""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from sqlite_transport.durability import sync_path
from sqlite_transport.errors import Unavailable, Unusable


def directory_of(target: Path) -> Path:
    """Return the directory in which `target` is made."""
    return target.with_name(f".{target.name}.partial")


def is_abandoned(directory: Path) -> bool:
    """Tell whether nobody is at work in such a directory any more."""
    try:
        lock = os.open(directory, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    finally:
        os.close(lock)
    return True


@contextmanager
def making(target: Path) -> Iterator[Path]:
    """Yield where to make the file; what was not put into its place at the end is removed.

    Raises:
        Unavailable: another process is at it.
        Unusable: nothing can be made there.
    """
    directory = directory_of(target)
    lock = _occupy(directory, target)
    try:
        _empty(directory)
        yield directory / target.name
    finally:
        with suppress(OSError):
            _empty(directory)
            directory.rmdir()
        os.close(lock)


def put(made: Path, target: Path) -> None:
    """Give the complete file its name, in place of what had it; both survive power loss."""
    sync_path(made)
    made.rename(target)
    sync_path(target.parent)


def _occupy(directory: Path, target: Path) -> int:
    """Make the directory and lock it; the kernel drops the lock if this process dies."""
    while True:
        try:
            directory.mkdir(mode=0o700, exist_ok=True)
            lock = os.open(directory, os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            if target.parent.is_dir():
                continue  # the other one has removed it
            raise Unusable(f"{target.parent}: there is no such directory: create it") from None
        except OSError as error:
            raise Unusable(
                f"{target}: the file cannot be made there ({error.strerror}): "
                "make its directory writable for this user, or name another one"
            ) from error
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(lock)
            raise Unavailable(
                f"{target}: another process is making this file: wait until it is done"
            ) from None
        if _is_still(directory, lock):
            return lock
        os.close(lock)


def _is_still(directory: Path, lock: int) -> bool:
    """Tell whether the directory that was locked was not removed meanwhile."""
    try:
        return os.path.samestat(directory.stat(), os.fstat(lock))
    except FileNotFoundError:
        return False


def _empty(directory: Path) -> None:
    for path in directory.iterdir():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()
