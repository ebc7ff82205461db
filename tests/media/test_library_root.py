import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from media.errors import LibraryUnavailableError, OutsideLibraryError
from media.library_root import RootState, ensure_same_disk, inspect_root, root_of


def test_the_innermost_root_holds_a_movie() -> None:
    roots = [Path("/mnt"), Path("/mnt/films"), Path("/mnt/films-4k")]
    assert root_of(Path("/mnt/films/X"), roots) == Path("/mnt/films")
    assert root_of(Path("/mnt/films-4k/X"), roots) == Path("/mnt/films-4k")
    assert root_of(Path("/mnt/X/Y"), roots) == Path("/mnt")


@pytest.mark.parametrize(
    "directory", ["/mnt/films", "/mnt/films-4k/X", "/etc", "films/X", "/mnt/films/../../etc"]
)
def test_a_directory_outside_is_refused(directory: str) -> None:
    with pytest.raises(OutsideLibraryError):
        root_of(Path(directory), [Path("/mnt/films")])


def test_a_missing_root_is_unavailable(tmp_path: Path) -> None:
    with pytest.raises(LibraryUnavailableError, match="is missing: is its disk mounted"):
        inspect_root(tmp_path / "films")


def test_an_empty_root_is_unavailable_whatever_is_hidden_in_it(tmp_path: Path) -> None:
    (tmp_path / ".gitignore").touch()
    with pytest.raises(LibraryUnavailableError, match="is empty: is its disk mounted"):
        inspect_root(tmp_path)


def test_an_anchor_must_be_there(tmp_path: Path) -> None:
    (tmp_path / "X").mkdir()
    with pytest.raises(LibraryUnavailableError, match=r"lacks its anchor file '\.mounted'"):
        inspect_root(tmp_path, ".mounted")
    (tmp_path / ".mounted").touch()
    assert inspect_root(tmp_path, ".mounted") == inspect_root(tmp_path)


def test_the_disk_it_was_is_the_same(tmp_path: Path) -> None:
    state = RootState(7, is_mount_point=True)
    ensure_same_disk(tmp_path, state, None, [])
    ensure_same_disk(tmp_path, state, state, [tmp_path / "gone"])


def test_a_mount_point_that_is_none_now_is_unmounted(tmp_path: Path) -> None:
    before, now = RootState(7, is_mount_point=True), RootState(1, is_mount_point=False)
    with pytest.raises(LibraryUnavailableError, match="was a mount point and is none now"):
        ensure_same_disk(tmp_path, now, before, [tmp_path])


def test_another_device_needs_a_known_movie_to_vouch_for_it(tmp_path: Path) -> None:
    before, now = RootState(7, is_mount_point=True), RootState(8, is_mount_point=True)
    ensure_same_disk(tmp_path, now, before, [])
    ensure_same_disk(tmp_path, now, before, [tmp_path / "gone", tmp_path])
    with pytest.raises(LibraryUnavailableError, match="another disk"):
        ensure_same_disk(tmp_path, now, before, [tmp_path / "gone"])


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    mount_point = tmp_path / "films"
    mount_point.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "none", str(mount_point)]
    try:
        subprocess.run(mount, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("mounting a file system is not allowed here")
    yield mount_point
    subprocess.run(["umount", str(mount_point)], check=False, capture_output=True)


def test_a_real_disk_that_is_unmounted_is_noticed(disk: Path) -> None:
    (disk / "X").mkdir()
    before = inspect_root(disk)
    assert before.is_mount_point
    subprocess.run(["umount", str(disk)], check=True, capture_output=True)
    with pytest.raises(LibraryUnavailableError, match="is empty"):
        inspect_root(disk)
    # Somebody wrote onto the bare directory meanwhile.
    (disk / "X").mkdir()
    now = inspect_root(disk)
    with pytest.raises(LibraryUnavailableError, match="was a mount point"):
        ensure_same_disk(disk, now, before, [disk / "X"])
