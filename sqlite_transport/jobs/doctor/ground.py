"""What the file stands on: file system, permissions, names and room."""

import os
import pwd
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

from sqlite_transport import filesystem
from sqlite_transport.filesystem import MOUNTS, UNSAFE
from sqlite_transport.jobs.doctor.case import size
from sqlite_transport.jobs.doctor.finding import Finding, error, ok, warning

#: File systems whose content goes, and with what.
FLEETING = {
    "tmpfs": "the machine's next start",
    "ramfs": "the machine's next start",
    "overlay": "the container",
}

SIDE_FILES = ("-wal", "-shm", "-turn", "-live", "-bells", "-waiters")

#: Bytes on the disk below which work is about to stop.
LITTLE = 64 * 1024 * 1024


def check_filesystem(path: Path, mounts: Path = MOUNTS) -> Iterator[Finding]:
    """Look whether SQLite can share a database on this file system, and whether it lasts."""
    kind = filesystem.filesystem_of(path.parent, mounts)
    if kind in UNSAFE:
        yield error(
            "file-system",
            f"{path.parent} is a {kind} file system, on which SQLite cannot share a database",
            "stop all processes and move the file to a local disk (in a container: a named volume)",
        )
    elif kind in FLEETING:
        yield warning(
            "file-system",
            f"{path.parent} is a {kind} file system: the file goes with {FLEETING[kind]}",
            "move it to a disk that lasts (in a container: a named volume)",
        )
    else:
        yield ok("file-system", kind or "not known on this operating system")


def check_permissions(path: Path) -> Iterator[Finding]:
    """Look whether this user may use the file, not too many others, and its side files alike."""
    found = path.stat()
    names = [path.with_name(path.name + ending) for ending in SIDE_FILES]
    strange = [each for each in names if each.exists() and not _is_shared(each.stat(), found)]
    if not os.access(path, os.R_OK | os.W_OK) or not os.access(path.parent, os.W_OK):
        yield error(
            "permissions",
            f"this user may not write {path} or its directory",
            f"run as its owner, {_name(found.st_uid)}, or make both writable for this user",
        )
    elif strange:
        yield error(
            "permissions",
            f"{', '.join(each.name for each in strange)} belong to another user than the database",
            f"run all processes as one user, and once: chown {_name(found.st_uid)} "
            + " ".join(map(str, strange)),
        )
    elif found.st_mode & 0o007:
        yield warning(
            "permissions",
            f"every user of this machine may use {path.name} ({stat.filemode(found.st_mode)})",
            f"chmod o-rwx {path}",
        )
    else:
        yield ok("permissions", f"{stat.filemode(found.st_mode)} {_name(found.st_uid)}")


def _is_shared(side: os.stat_result, database: os.stat_result) -> bool:
    """Tell whether who may write the database may write its side file."""
    both = stat.S_IRGRP | stat.S_IWGRP
    return side.st_uid == database.st_uid or (
        side.st_gid == database.st_gid and side.st_mode & both == both
    )


def _name(user: int) -> str:
    try:
        return pwd.getpwuid(user).pw_name
    except KeyError:
        return str(user)


def check_links(path: Path) -> Iterator[Finding]:
    """Look whether the file has one name only: SQLite finds its log by the name."""
    if path.stat().st_nlink > 1:
        yield error(
            "links",
            "the file has a second name (a hard link): who opens it by that one uses another log, "
            "and both corrupt it",
            f"find it (find / -xdev -samefile {path}) and remove it",
        )
    else:
        yield ok("links", "one name")


def check_room(path: Path) -> Iterator[Finding]:
    """Look whether there is room for more jobs, and for a copy of the file."""
    free, taken = shutil.disk_usage(path.parent).free, path.stat().st_size
    message = f"{size(free)} free on the disk, {size(taken)} in the file"
    if free < LITTLE:
        yield error("room", message, "free space: without it nothing more is accepted")
    elif free < taken:
        yield warning("room", message, "free space: a backup beside the file has no room")
    else:
        yield ok("room", message)
