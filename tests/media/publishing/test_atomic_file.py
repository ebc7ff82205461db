import os
import resource
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from media.atomic_file import is_leftover, write_atomically
from media.errors import (
    CacheUnavailableError,
    DiskFullError,
    LibraryUnavailableError,
    UnwritableDirectoryError,
)


def names(directory: Path) -> list[str]:
    return [entry.name for entry in directory.iterdir()]


@contextmanager
def small_disk() -> Iterator[None]:
    """No file may grow over 4096 bytes, that which pytest writes to neither."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_it_writes_and_replaces(tmp_path: Path) -> None:
    path = tmp_path / "movie.nfo"
    write_atomically(path, b"one")
    write_atomically(path, b"two")
    assert path.read_bytes() == b"two"
    assert names(tmp_path) == ["movie.nfo"]


def test_it_copies_a_file(tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.write_bytes(os.urandom(3_000_000))
    write_atomically(tmp_path / "poster.jpg", source)
    assert (tmp_path / "poster.jpg").read_bytes() == source.read_bytes()


def test_a_new_file_has_the_mode_that_the_umask_leaves(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        write_atomically(tmp_path / "movie.nfo", b"x")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "movie.nfo").stat().st_mode) == 0o640


def test_a_replaced_file_keeps_its_mode(tmp_path: Path) -> None:
    path = tmp_path / "movie.nfo"
    path.write_bytes(b"one")
    path.chmod(0o664)
    write_atomically(path, b"two")
    assert stat.S_IMODE(path.stat().st_mode) == 0o664


def test_a_link_is_replaced_and_not_followed(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.write_bytes(b"theirs")
    path = tmp_path / "poster.jpg"
    path.symlink_to(outside)
    write_atomically(path, b"ours")
    assert (outside.read_bytes(), path.read_bytes()) == (b"theirs", b"ours")


@pytest.mark.parametrize("name", ["é" * 125 + ".nfo", "x" * 251 + ".nfo"])
def test_the_longest_names_can_be_written(tmp_path: Path, name: str) -> None:
    write_atomically(tmp_path / name, b"x")
    assert names(tmp_path) == [name]


def test_a_full_disk_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "poster.jpg"
    path.write_bytes(b"old")
    with small_disk(), pytest.raises(DiskFullError, match=r"poster\.jpg"):
        write_atomically(path, bytes(10_000))
    assert path.read_bytes() == b"old"
    assert names(tmp_path) == ["poster.jpg"]


def test_a_directory_without_permission(tmp_path: Path, bound_by_permissions: None) -> None:
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(UnwritableDirectoryError, match="Permission denied"):
            write_atomically(tmp_path / "poster.jpg", b"x")
    finally:
        tmp_path.chmod(0o700)


def test_a_directory_in_the_way(tmp_path: Path) -> None:
    (tmp_path / "poster.jpg").mkdir()
    with pytest.raises(UnwritableDirectoryError):
        write_atomically(tmp_path / "poster.jpg", b"x")
    assert names(tmp_path) == ["poster.jpg"]


def test_a_directory_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(LibraryUnavailableError):
        write_atomically(tmp_path / "gone" / "poster.jpg", b"x")


def test_a_source_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(CacheUnavailableError):
        write_atomically(tmp_path / "poster.jpg", tmp_path / "gone")
    assert names(tmp_path) == []


@pytest.mark.parametrize(
    ("name", "ours"),
    [
        (".movie.nfo.0123456789abcdef.tmp", True),
        (".movie.nfo.tmp", False),
        ("movie.nfo.0123456789abcdef.tmp", False),
        (".movie.mkv.Xy12Zz", False),
    ],
)
def test_its_leftovers_are_known(name: str, ours: bool) -> None:
    assert is_leftover(name) is ours
