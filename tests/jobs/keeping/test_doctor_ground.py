"""The doctor on what the file stands on: its disk, its place, who may use it."""

import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from celery import Celery
from jobs.keeping.findings import of
from jobs.keeping.programs import small_disk
from program import Program

from sqlite_transport import beside
from sqlite_transport.jobs.doctor import examine, ground

Run = Callable[..., Program]


def test_a_file_system_that_does_not_last(app: Celery, tmp_path: Path) -> None:
    with small_disk(tmp_path / "memory", megabytes=80) as mounted:
        if not mounted:
            pytest.skip("mounting a disk needs more rights")
        found = of(examine(tmp_path / "memory" / "queue.db"), "file-system")
    assert found.level == "warning"
    assert "tmpfs" in found.message


@pytest.mark.parametrize(
    ("kind", "level"), [("nfs4", "error"), ("overlay", "warning"), ("ext4", "ok")]
)
def test_file_systems(tmp_path: Path, kind: str, level: str) -> None:
    mounts = tmp_path / "mountinfo"
    mounts.write_text(f"22 1 254:1 / / rw shared:1 - {kind} /dev/x rw\n")
    [found] = ground.check_filesystem(tmp_path / "queue.db", mounts)
    assert found.level == level
    assert kind in found.message


def test_a_nearly_full_disk(queue: Path, tmp_path: Path) -> None:
    with small_disk(tmp_path / "small", megabytes=8) as mounted:
        if not mounted:
            pytest.skip("mounting a small disk needs more rights")
        shutil.copy(queue, tmp_path / "small" / "queue.db")
        found = of(examine(tmp_path / "small" / "queue.db"), "room")
    assert found.level == "error"
    assert found.fix.startswith("free space")


def test_no_room_for_a_copy(queue: Path, tmp_path: Path) -> None:
    with small_disk(tmp_path / "small", megabytes=200) as mounted:
        if not mounted:
            pytest.skip("mounting a small disk needs more rights")
        place = tmp_path / "small" / "queue.db"
        shutil.copy(queue, place)
        with place.open("r+b") as file:
            file.seek(0, os.SEEK_END)
            file.write(bytes(120_000_000))
        [found] = ground.check_room(place)
    assert found.level == "warning"
    assert "a backup beside the file has no room" in found.fix


def test_everybody_may_read_it(queue: Path) -> None:
    queue.chmod(0o644)
    found = of(examine(queue), "permissions")
    assert (found.level, found.fix) == ("warning", f"chmod o-rwx {queue}")


@pytest.mark.skipif(os.getuid() != 0, reason="to give a file away needs root")
def test_a_side_file_of_another_user(queue: Path) -> None:
    turn = queue.with_name("queue.db-turn")
    os.chown(turn, 65534, 65534)
    found = of(examine(queue), "permissions")
    assert found.level == "error"
    assert "queue.db-turn belong to another user" in found.message
    assert found.fix.endswith(str(turn))


AS_NOBODY = """
    import os, sys
    from pathlib import Path
    from sqlite_transport.jobs.doctor import ground
    os.setuid(65534)
    [found] = ground.check_permissions(Path(sys.argv[1]))
    print(found.level, found.message, flush=True)
"""


EXAMINE_AS_NOBODY = """
    import os, sys
    from pathlib import Path
    from sqlite_transport.jobs.doctor import examine
    os.setuid(65534)
    for each in examine(Path(sys.argv[1])):
        if each.level == "error":
            print(each.name, each.message, flush=True)
"""


def open_the_way(directory: Path) -> None:
    """Let all users come to the directory."""
    for each in (directory, *directory.parents):
        if each.is_relative_to(tempfile.gettempdir()):
            each.chmod(each.stat().st_mode | 0o055)


@pytest.mark.skipif(os.getuid() != 0, reason="to be another user needs root")
def test_a_user_who_may_see_nothing(queue: Path, run: Run, tmp_path: Path) -> None:
    open_the_way(tmp_path)
    told = run(EXAMINE_AS_NOBODY, queue).finish().splitlines()
    assert {"permissions", "file"} <= {each.split()[0] for each in told}
    tmp_path.chmod(0o700)
    [told] = run(EXAMINE_AS_NOBODY, queue).finish().splitlines()
    assert told == f"file this user may not look into {tmp_path}"


@pytest.mark.skipif(os.getuid() != 0, reason="to be another user needs root")
def test_a_user_who_may_not_write(queue: Path, run: Run, tmp_path: Path) -> None:
    open_the_way(tmp_path)
    queue.chmod(0o644)
    assert run(AS_NOBODY, queue).read().startswith("error this user may not write")


def test_a_second_name(queue: Path, tmp_path: Path) -> None:
    (tmp_path / "second.db").hardlink_to(queue)
    found = of(examine(queue), "links")
    assert found.level == "error"
    assert "-samefile" in found.fix


def test_what_a_dead_backup_left(queue: Path) -> None:
    left = beside.directory_of(queue)
    with beside.making(queue):
        assert of(examine(queue), "leftovers").level == "ok", "it is still made"
    left.mkdir()
    found = of(examine(queue), "leftovers")
    assert (found.level, found.fix) == ("warning", f"rm -r {left}")
