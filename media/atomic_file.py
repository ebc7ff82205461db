"""Write a file whole or not at all.

The content goes to a temporary file in the same directory, to the disk, and only
then under its name. Whoever reads that name sees the old content or the new, also
after a crash; what is left then is a file named `.<name>.<16 digits>.tmp`.
"""

import errno
import os
import re
import secrets
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from media.errors import (
    CacheUnavailableError,
    DiskFullError,
    LibraryUnavailableError,
    UnwritableDirectoryError,
)

_LEFTOVER = re.compile(r"\..+\.[0-9a-f]{16}\.tmp", re.DOTALL)
# Most file systems end a name at 255 bytes; the ends of the temporary one take 22.
_NAME_BYTES = 230
_NOT_ALLOWED = frozenset({errno.EACCES, errno.EPERM, errno.EROFS, errno.EISDIR, errno.ENAMETOOLONG})
_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
# Some network file systems cannot bring a directory to the disk by itself, and one that
# may be written need not be readable.
_NO_SUCH_CALL = frozenset({errno.EINVAL, errno.ENOTSUP, errno.EACCES})


def _nothing() -> None:
    pass


def write_atomically(
    path: Path, content: bytes | Path, last_look: Callable[[], None] = _nothing
) -> None:
    """Write `content`, or that of the file it names, to `path`, replacing what is there.

    A link at `path` is replaced, not followed. The mode, and where possible the
    owner, of a replaced file stay. `last_look` is called when all is written and only the name
    is missing, which may take minutes: if it raises, `path` stays as it is.

    Raises:
        UnwritableDirectoryError: no permission, a read-only disk, a directory in the way.
        DiskFullError: no room.
        CacheUnavailableError: the file to copy cannot be read.
        LibraryUnavailableError: anything else that the disk fails with.
    """
    if isinstance(content, Path):
        with _opened(content) as source:
            _replace(path, source, last_look)
    else:
        _replace(path, content, last_look)


def is_leftover(name: str) -> bool:
    """Whether `name`, without directories, is one of the temporary files made here."""
    return bool(_LEFTOVER.fullmatch(name))


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Turn the operating system's errors on writing `path` into the services' own."""
    try:
        yield
    except OSError as error:
        if error.errno in _NO_ROOM:
            raise DiskFullError(f"no room on the disk to write {path}") from error
        if error.errno in _NOT_ALLOWED:
            raise UnwritableDirectoryError(f"cannot write {path}: {error.strerror}") from error
        raise LibraryUnavailableError(f"cannot write {path}: {error.strerror}") from error


def sync_directory(directory: Path) -> None:
    """Bring the names in `directory` to the disk, as far as its file system can."""
    try:
        descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    except OSError as error:
        if error.errno not in _NO_SUCH_CALL:
            raise


@contextmanager
def _opened(source: Path) -> Iterator[BinaryIO]:
    try:
        file = source.open("rb")
    except OSError as error:
        raise CacheUnavailableError(f"cannot read {source}: {error.strerror}") from error
    with file:
        yield file


def _replace(path: Path, content: bytes | BinaryIO, last_look: Callable[[], None]) -> None:
    temporary = _temporary_beside(path)
    with writing(path):
        try:
            _fill(temporary, path, content)
            last_look()
            temporary.replace(path)
        except BaseException:
            with suppress(OSError):
                temporary.unlink()
            raise
        sync_directory(path.parent)


def _temporary_beside(path: Path) -> Path:
    # A name that is cut within a character would not be Unicode.
    name = os.fsencode(path.name)[:_NAME_BYTES].decode("utf-8", "ignore")
    return path.with_name(f".{name}.{secrets.token_hex(8)}.tmp")


def _fill(temporary: Path, replaced: Path, content: bytes | BinaryIO) -> None:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
    with open(os.open(temporary, flags, 0o666), "wb") as file:  # noqa: PTH123
        _look_like(file.fileno(), replaced)
        if isinstance(content, bytes):
            file.write(content)
        else:
            shutil.copyfileobj(content, file, 1024 * 1024)
        file.flush()
        os.fsync(file.fileno())


def _look_like(descriptor: int, replaced: Path) -> None:
    """Give the new file the mode and owner of the one it replaces."""
    try:
        status = replaced.lstat()
    except FileNotFoundError:
        return
    if replaced.is_symlink():
        return
    # Not every file system has owners and modes, and not everybody may set them.
    with suppress(OSError):
        os.fchown(descriptor, status.st_uid, status.st_gid)
    with suppress(OSError):
        os.fchmod(descriptor, status.st_mode & 0o777)
