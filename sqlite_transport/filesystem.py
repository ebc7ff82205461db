"""The ground that a database stands on: directory, permissions, file system."""

import os
import re
from pathlib import Path

from sqlite_transport.durability import sync_path
from sqlite_transport.errors import Unavailable, Unusable

#: File systems on which WAL mode corrupts or cannot work: they are not on one
#: host, or do not share memory between those who open a file.
UNSAFE = {
    "9p",
    "afs",
    "ceph",
    "cifs",
    "fuse.glusterfs",
    "fuse.grpcfuse",
    "fuse.osxfs",
    "fuse.s3fs",
    "fuse.sshfs",
    "fuse.vmhgfs-fuse",
    "gfs2",
    "lustre",
    "ncpfs",
    "nfs",
    "nfs4",
    "ocfs2",
    "prl_fs",
    "smb3",
    "smbfs",
    "vboxsf",
    "virtiofs",
}

MOUNTS = Path("/proc/self/mountinfo")

#: A space, a tab, a line's end or a backslash in a mount point, as the kernel writes it.
ESCAPED = re.compile(r"\\([0-7]{3})")


def prepare(path: Path) -> None:
    """Make sure that a database can live at `path`, and create it empty with mode 0600.

    Raises:
        Unusable: the place cannot hold one; the message says what to do.
        Unavailable: the disk is full.
    """
    if path.is_dir():
        raise Unusable(f"{path}: this is a directory: name a file in the broker URL")
    prepare_directory(path.parent)
    refuse_unsafe(path.parent)
    create_private(path)


def prepare_directory(directory: Path) -> None:
    """Create the directory if only it itself is missing."""
    if directory.is_dir():
        return
    if not directory.parent.is_dir():
        raise Unusable(
            f"{directory}: neither this directory nor its parent exists: "
            "create it, or correct the path in the broker URL"
        )
    try:
        directory.mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise Unusable(
            f"{directory}: the directory cannot be created ({error.strerror}): "
            "create it, or make its parent writable for this user"
        ) from error


def refuse_unsafe(directory: Path, mounts: Path = MOUNTS) -> None:
    """Refuse a file system on which SQLite's WAL mode is not safe."""
    kind = filesystem_of(directory, mounts)
    if kind in UNSAFE:
        raise Unusable(
            f"{directory}: this is a {kind} file system, on which SQLite cannot share a database "
            "safely: put the file on a local disk (in a container: on a named volume)"
        )


def filesystem_of(directory: Path, mounts: Path = MOUNTS) -> str | None:
    """Return the type of the file system that holds `directory`, or None if it is not known.

    It is read from Linux's mountinfo (man 5 proc): the longest mount point
    that the path lies under, and of two equal ones the later, which covers
    the other.
    """
    try:
        lines = os.fsdecode(mounts.read_bytes()).split("\n")
    except OSError:
        return None
    found, length = None, 0
    # By these alone: to Unicode there are more spaces and ends of lines, which a name may have.
    for line in filter(None, lines):
        mounted, _, source = line.partition(" - ")
        point = Path(ESCAPED.sub(_unescaped, mounted.split(" ")[4]))
        depth = len(point.parts)
        if directory.is_relative_to(point) and depth >= length:
            found, length = source.split(" ")[0], depth
    return found


def _unescaped(escape: re.Match[str]) -> str:
    return chr(int(escape[1], 8))


def create_private(path: Path) -> None:
    """Create an empty file that only its owner may read, unless it exists.

    SQLite gives its side files the mode of the database. An existing file is
    never opened here: closing it again would drop the POSIX locks that this
    process's SQLite holds on it.
    """
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    except FileExistsError:
        return
    except OSError as error:
        kind = Unavailable if error.errno in _FULL else Unusable
        raise kind(
            f"{path}: the file cannot be created ({error.strerror}): "
            "make its directory writable for this user, or free space on the disk"
        ) from error
    os.close(descriptor)
    sync_path(path.parent)


_FULL = {28, 122}  # ENOSPC, EDQUOT
