"""The ground a database stands on: its directory, its file system, its permissions."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from sqlite_transport import filesystem
from sqlite_transport.errors import Unusable

MOUNTS = r"""
22 1 254:1 / / rw,relatime shared:1 - ext4 /dev/vda1 rw
30 22 0:25 / /proc rw,nosuid shared:12 - proc proc rw
40 22 0:40 / /mnt rw,relatime shared:20 - nfs4 server:/export rw,vers=4.2
41 40 254:2 / /mnt/local rw,relatime shared:21 master:2 - xfs /dev/vdb rw
42 22 0:42 / /host rw,relatime - virtiofs host rw
43 22 0:43 / /share/with\040space rw,relatime - 9p share rw,trans=virtio
44 22 0:44 / /twice rw,relatime - cifs //server/share rw
45 44 0:45 / /twice rw,relatime - tmpfs tmpfs rw
46 22 0:46 / /hostile rw,relatime - ext4 /dev/vdc rw
47 22 0:47 / /s rw,relatime - fuse.sshfs user@host: rw
"""
# What the kernel does not escape, and what it does.
MOUNTS += """\
48 22 0:48 / /thin\N{THIN SPACE}space rw,relatime - nfs server:/thin rw
49 22 0:49 / /two\N{LINE SEPARATOR}lines rw,relatime - cifs //server/two rw
50 22 0:50 / /two\rreturns rw,relatime - smb3 //server/two rw
51 22 0:51 / /a\\134040\\011tab rw,relatime - ceph server:/tab rw
"""


@pytest.fixture
def mounts(tmp_path: Path) -> Path:
    path = tmp_path / "mountinfo"
    path.write_bytes(MOUNTS.lstrip().encode())
    return path


@pytest.mark.parametrize(
    ("directory", "kind"),
    [
        ("/", "ext4"),
        ("/var/lib/app", "ext4"),
        ("/mnt", "nfs4"),
        ("/mnt/data", "nfs4"),
        ("/mnt/local/data", "xfs"),
        ("/mnt/locality", "nfs4"),
        ("/host/data", "virtiofs"),
        ("/hostile/data", "ext4"),
        ("/share/with space/data", "9p"),
        ("/share/with", "ext4"),
        ("/twice/data", "tmpfs"),
        ("/s/data", "fuse.sshfs"),
        ("/thin\N{THIN SPACE}space/data", "nfs"),
        ("/two\N{LINE SEPARATOR}lines/data", "cifs"),
        ("/two\rreturns/data", "smb3"),
        ("/a\\040\ttab/data", "ceph"),
    ],
)
def test_the_file_system_of_a_directory(mounts: Path, directory: str, kind: str) -> None:
    assert filesystem.filesystem_of(Path(directory), mounts) == kind


@pytest.mark.parametrize("directory", ["/mnt/data", "/host", "/share/with space", "/s/below"])
def test_a_file_system_that_is_not_on_one_host_is_refused(mounts: Path, directory: str) -> None:
    with pytest.raises(Unusable, match="on which SQLite cannot share a database safely: put the"):
        filesystem.refuse_unsafe(Path(directory), mounts)


@pytest.mark.parametrize("directory", ["/var/lib", "/mnt/local", "/twice", "/hostile"])
def test_a_local_one_is_not(mounts: Path, directory: str) -> None:
    filesystem.refuse_unsafe(Path(directory), mounts)


def test_where_the_kernel_tells_nothing_nothing_is_refused(tmp_path: Path) -> None:
    filesystem.refuse_unsafe(tmp_path, tmp_path / "no mountinfo")


def test_the_kernels_own_list_is_understood() -> None:
    if not filesystem.MOUNTS.exists():
        pytest.skip("no /proc/self/mountinfo here")
    assert filesystem.filesystem_of(Path("/proc")) == "proc"


PUBLISH = """
import sys, kombu, sqlite_transport
from kombu.exceptions import OperationalError
try:
    with kombu.Connection("sqlite:///" + sys.argv[1]) as connection:
        connection.Producer().publish("", routing_key="jobs")
except OperationalError as error:
    print(type(error).__name__, error)
else:
    print("accepted")
"""


def test_a_publish_to_a_network_file_system_is_refused(tmp_path: Path) -> None:
    """The process sees a mountinfo that calls its own disk an NFS mount."""
    (tmp_path / "mountinfo").write_text("22 1 0:40 / / rw,relatime shared:1 - nfs server:/ rw\n")
    (tmp_path / "data").mkdir()
    covered = (
        f"mount --bind '{tmp_path}/mountinfo' /proc/$$/mountinfo && "
        f"exec '{sys.executable}' -c '{PUBLISH}' '{tmp_path}/data/queue.db'"
    )
    if shutil.which("unshare") is None:
        pytest.skip("unshare (util-linux) is not installed")
    done = subprocess.run(
        ["unshare", "--mount", "sh", "-c", covered.replace('"', '"')],
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    if "mount:" in done.stderr or "unshare:" in done.stderr:
        pytest.skip(f"mounting needs more rights: {done.stderr.strip()}")
    assert done.stdout.startswith("Unusable"), done.stderr
    assert "this is a nfs file system" in done.stdout
    assert "put the file on a local disk" in done.stdout
    assert list((tmp_path / "data").iterdir()) == []


# -- permissions ----------------------------------------------------------------

NOBODY = 65534


@pytest.fixture
def place() -> Iterator[Path]:
    """A directory that a user without rights can reach."""
    place = Path(tempfile.mkdtemp(prefix="place-")).resolve()
    place.chmod(0o755)
    yield place
    for directory in (place, *place.glob("**/")):
        directory.chmod(0o755)
    shutil.rmtree(place)


def publish_without_rights(path: Path) -> str:
    """Publish as a user without rights; return what that said."""
    drop = f"import os\nif os.getuid() == 0:\n    os.setgid({NOBODY})\n    os.setuid({NOBODY})\n"
    # Whatever the package imports lazily is imported while the rights are there.
    first = "import sqlite_transport.transport, sqlite_transport.schema, sqlalchemy\n"
    first += "import sqlalchemy.dialects.sqlite, kombu.messaging, kombu.pools\n"
    done = subprocess.run(
        [sys.executable, "-c", first + drop + PUBLISH, path],
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def queue_in(directory: Path) -> Path:
    """Make a database with a message there, closed, that everybody may write to."""
    directory.mkdir()
    path = directory / "queue.db"
    subprocess.run(
        [sys.executable, "-c", PUBLISH, path], check=True, stdout=subprocess.DEVNULL, timeout=240
    )
    for file in (directory, *directory.iterdir()):
        file.chmod(0o777 if file.is_dir() else 0o666)
    return path


def contents(directory: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in directory.iterdir()}


def test_the_other_user_can_publish_where_permissions_allow(place: Path) -> None:
    """So what the following tests see is a matter of the permissions alone."""
    assert publish_without_rights(queue_in(place / "data")) == "accepted\n"


def test_a_read_only_directory(place: Path) -> None:
    path = place / "data" / "queue.db"
    path.parent.mkdir(mode=0o555)
    said = publish_without_rights(path)
    assert said.startswith("Unusable")
    assert "make its directory writable for this user" in said
    assert contents(path.parent) == {}


def test_a_read_only_directory_with_a_database_in_it(place: Path) -> None:
    path = queue_in(place / "data")
    path.parent.chmod(0o555)
    before = contents(path.parent)
    said = publish_without_rights(path)
    assert said.startswith("Unusable")
    assert "writable for this user" in said
    assert contents(path.parent) == before


def test_a_read_only_database(place: Path) -> None:
    path = queue_in(place / "data")
    path.chmod(0o444)
    before = path.read_bytes()
    said = publish_without_rights(path)
    assert said.startswith("Unusable")
    assert "read-only: make both writable for this user" in said
    assert path.read_bytes() == before


def test_a_database_of_another_user(place: Path) -> None:
    if os.getuid() != 0:
        pytest.skip("needs root, to be two users")
    path = queue_in(place / "data")
    path.chmod(0o600)
    before = path.read_bytes()
    said = publish_without_rights(path)
    assert said.startswith("Unusable")
    assert "for this user" in said
    assert path.read_bytes() == before


def test_a_lock_file_of_another_user(place: Path) -> None:
    path = queue_in(place / "data")
    path.with_name("queue.db-turn").chmod(0o400 if os.getuid() else 0o600)
    said = publish_without_rights(path)
    assert said.startswith("Unusable")
    assert "queue.db-turn: the lock file cannot be opened (Permission denied): make the" in said


def test_a_parent_in_which_no_directory_can_be_made(place: Path) -> None:
    path = place / "parent" / "data" / "queue.db"
    path.parent.parent.mkdir(mode=0o555)
    said = publish_without_rights(path)
    assert said.startswith("Unusable")
    assert "the directory cannot be created (Permission denied): create it, or make its" in said


def test_a_read_only_file_system(place: Path) -> None:
    path = queue_in(place / "data")
    before = contents(path.parent)
    mounted = subprocess.run(
        ["mount", "--bind", "-o", "ro", path.parent, path.parent],
        capture_output=True,
        text=True,
        check=False,
    )
    if mounted.returncode:
        pytest.skip(f"mounting needs more rights: {mounted.stderr.strip()}")
    try:
        for database in (path, path.with_name("other.db")):
            said = publish_without_rights(database)
            assert said.startswith("Unusable")
            assert "writable for this user" in said
        assert contents(path.parent) == before
    finally:
        subprocess.run(["umount", path.parent], check=True)
