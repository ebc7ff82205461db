import os
from pathlib import Path

import pytest

from media.errors import (
    LibraryUnavailableError,
    MovieDirectoryMissingError,
    UnreadableFileError,
)
from media.phases import ScanPhase
from media.scan.inventory import take_inventory
from media.scan.rules import ScanRules


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
    rules = ScanRules(tmp_path)
    assert [file.relative_path for file in take_inventory(movie, rules).files] == ["a.mkv"]


def test_a_link_out_of_the_library_or_to_itself_is_left_out_and_told(tmp_path: Path) -> None:
    make(tmp_path, "elsewhere/a.mkv", "library/movie/c.mkv")
    movie = tmp_path / "library" / "movie"
    (movie / "a.mkv").symlink_to(tmp_path / "elsewhere" / "a.mkv")
    (movie / "b.mkv").symlink_to(tmp_path / "elsewhere" / "nothing")
    (movie / "d.mkv").symlink_to("d.mkv")
    (movie / "directory").symlink_to(tmp_path / "elsewhere")
    inventory = take_inventory(movie, ScanRules(tmp_path / "library"))
    assert [file.relative_path for file in inventory.files] == ["c.mkv"]
    assert sorted(inventory.warnings) == [
        "left out 'movie/a.mkv': it links out of the library",
        "left out 'movie/b.mkv': it links out of the library",
        "left out 'movie/d.mkv': it links to itself",
        "left out 'movie/directory': it links out of the library",
    ]


def test_a_library_may_itself_be_a_link(tmp_path: Path) -> None:
    make(tmp_path, "disk/movie/a.mkv", "disk/b.mkv")
    (tmp_path / "library").symlink_to(tmp_path / "disk")
    (tmp_path / "disk" / "movie" / "b.mkv").symlink_to("../b.mkv")
    inventory = take_inventory(tmp_path / "library" / "movie", ScanRules(tmp_path / "library"))
    assert [file.relative_path for file in inventory.files] == ["a.mkv", "b.mkv"]


def test_what_the_configuration_ignores_is_left_out(tmp_path: Path) -> None:
    make(tmp_path, "movie/a.mkv", "movie/b.BAK", "movie/Extras/c.mkv", "other/Extras/d.mkv")
    phase = ScanPhase(ignore_patterns=("*.bak", "movie/Extras/**"))
    rules = ScanRules(tmp_path, phase)
    names = [file.relative_path for file in take_inventory(tmp_path / "movie", rules).files]
    assert names == ["a.mkv"]
    names = [file.relative_path for file in take_inventory(tmp_path / "other", rules).files]
    assert names == ["Extras/d.mkv"]


def test_what_we_are_writing_holds_up_nobody(tmp_path: Path) -> None:
    ours = (".movie.nfo.a_1-Z.tmp", ".poster.jpg.a1b2.tmp", ".X-trailer.mp4.a1b2.tmp")
    make(tmp_path, *ours, ".X.mkv.a1b2.tmp", "poster.jpg.tmp")
    names = [file.relative_path for file in take_inventory(tmp_path).files]
    assert names == [".X.mkv.a1b2.tmp", "poster.jpg.tmp"]


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
