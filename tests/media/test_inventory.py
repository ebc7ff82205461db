import os
from pathlib import Path

import pytest

from media.errors import (
    LibraryUnavailableError,
    MovieDirectoryMissingError,
    UnreadableFileError,
)
from media.scan.inventory import take_inventory


def make(directory: Path, *names: str) -> None:
    for name in names:
        (directory / name).parent.mkdir(parents=True, exist_ok=True)
        (directory / name).write_bytes(b"x")


def test_files_are_listed_with_size_and_time(tmp_path: Path) -> None:
    make(tmp_path, "b.mkv", "Subs/a.srt")
    os.utime(tmp_path / "b.mkv", ns=(5, 7))
    inventory = take_inventory(tmp_path)
    assert [file.relative_path for file in inventory.files] == ["Subs/a.srt", "b.mkv"]
    assert (inventory.files[1].size, inventory.files[1].mtime_ns) == (1, 7)
    assert inventory.path_of(inventory.files[0]) == tmp_path / "Subs" / "a.srt"


def test_what_systems_leave_behind_is_left_out(tmp_path: Path) -> None:
    make(tmp_path, "a.mkv", ".DS_Store", "._a.mkv", "Thumbs.db", "@eaDir/a.jpg", ".hidden/a.mkv")
    assert [file.relative_path for file in take_inventory(tmp_path).files] == ["a.mkv"]


def test_an_unfinished_file_is_listed_though_it_is_hidden(tmp_path: Path) -> None:
    make(tmp_path, ".a.mkv.Xy12Zz")
    assert [file.relative_path for file in take_inventory(tmp_path).files] == [".a.mkv.Xy12Zz"]


def test_links_to_files_are_files_and_links_to_directories_are_nothing(tmp_path: Path) -> None:
    make(tmp_path, "elsewhere/a.mkv")
    movie = tmp_path / "movie"
    movie.mkdir()
    (movie / "a.mkv").symlink_to(tmp_path / "elsewhere" / "a.mkv")
    (movie / "loop").symlink_to(movie)
    assert [file.relative_path for file in take_inventory(movie).files] == ["a.mkv"]


def test_a_link_into_nothing_is_a_disk_that_is_gone(tmp_path: Path) -> None:
    (tmp_path / "a.mkv").symlink_to(tmp_path / "nowhere")
    with pytest.raises(LibraryUnavailableError, match="links to what is not there"):
        take_inventory(tmp_path)


def test_a_name_that_is_no_unicode_is_left_out_and_told(tmp_path: Path) -> None:
    make(tmp_path, "a.mkv")
    try:
        Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff.srt")).write_bytes(b"")
    except OSError:
        pytest.skip("this file system takes Unicode names only")
    inventory = take_inventory(tmp_path)
    assert [file.relative_path for file in inventory.files] == ["a.mkv"]
    assert len(inventory.warnings) == 1


@pytest.mark.parametrize("name", ["nothing", "file/nothing", "file"])
def test_a_directory_that_is_not_there_is_missing(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(MovieDirectoryMissingError):
        take_inventory(tmp_path / name)


@pytest.mark.parametrize("closed", [".", "Subs"])
def test_a_directory_that_may_not_be_listed_stops_everything(
    tmp_path: Path, bound_by_permissions: None, closed: str
) -> None:
    make(tmp_path, "a.mkv", "Subs/a.srt")
    (tmp_path / closed).chmod(0o111)
    with pytest.raises(UnreadableFileError, match="permission denied"):
        take_inventory(tmp_path)
