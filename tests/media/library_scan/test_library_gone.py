"""What is gone is marked, but only where it is surely gone."""

import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from library_walker import Walker
from sqlalchemy import select

from media.errors import LibraryUnavailableError
from media.library.models import Directory, LibraryChange, LibraryRoot
from media.library_scan import walk_library
from media.phases import ScanPhase
from media.settings import LibrarySettings

GONE, VIDEO_GONE = "its directory is gone", "its video is gone"


@pytest.fixture
def two(walker: Walker) -> list[Path]:
    movies = walker.make("A (2000)", "Z/B (2001)")
    walker.walk_and_scan()
    return movies


def changes(walker: Walker) -> list[tuple[str, str, int | None]]:
    with walker.library.reading() as session:
        rows = session.scalars(select(LibraryChange))
        return [(Path(row.directory).name, row.change, row.movie_id) for row in rows]


def test_a_movie_whose_directory_is_gone_is_deleted_and_players_are_told(
    walker: Walker, two: list[Path]
) -> None:
    shutil.rmtree(two[0])
    _changed, summary = walker.walk("batch-2")
    assert (summary.deleted, summary.deleted_directories) == (1, [str(two[0])])
    assert walker.movies() == {"A (2000)": GONE, "Z/B (2001)": None}
    assert changes(walker) == [("A (2000)", "deleted", 1)]
    assert walker.walk("batch-3")[1].deleted == 0
    assert len(changes(walker)) == 1


def test_a_movie_that_comes_back_is_scanned(walker: Walker, two: list[Path]) -> None:
    shutil.rmtree(two[0])
    walker.walk()
    walker.make("A (2000)")
    assert walker.walk()[0] == ["A (2000)"]


def test_a_movie_whose_video_is_gone_is_deleted(walker: Walker, two: list[Path]) -> None:
    (two[0] / "A (2000).mkv").unlink()
    assert walker.walk()[1].deleted == 1
    assert walker.movies()["A (2000)"] == VIDEO_GONE


def test_a_video_that_is_being_replaced_is_not_gone(walker: Walker, two: list[Path]) -> None:
    (two[0] / "A (2000).mkv").rename(two[0] / "A (2000).mkv.part")
    assert walker.walk()[1].deleted == 0


def test_a_video_that_the_configuration_leaves_out_is_not_gone(
    walker: Walker, two: list[Path]
) -> None:
    phases = [
        ScanPhase(video_extensions=("mp4",)),
        ScanPhase(ignore_patterns=("*.mkv",)),
        ScanPhase(ignore_patterns=("Z/**",)),
        ScanPhase(max_file_size_gb=1e-9),
    ]
    assert [walker.walk(phase=phase)[1].deleted for phase in phases] == [0, 0, 0, 0]


@pytest.mark.parametrize("closed", ["Z", "Z/B (2001)"])
def test_below_what_cannot_be_listed_nothing_counts_as_gone(
    walker: Walker, two: list[Path], bound_by_permissions: None, closed: str
) -> None:
    shutil.rmtree(two[0])
    (walker.root / closed).chmod(0)
    try:
        _changed, summary = walker.walk()
    finally:
        (walker.root / closed).chmod(0o755)
    assert summary.deleted_directories == [str(two[0])]
    assert summary.unseen == [str(walker.root / closed)]
    assert "permission denied" in summary.warnings[0]


def test_a_movie_may_have_gone_from_a_directory_that_cannot_be_listed(
    walker: Walker, two: list[Path], bound_by_permissions: None
) -> None:
    shutil.rmtree(two[1])
    (walker.root / "Z").chmod(0o111)
    try:
        assert walker.walk()[1].deleted == 0
    finally:
        (walker.root / "Z").chmod(0o755)
    assert walker.walk()[1].deleted == 1


def test_a_movie_that_can_be_seen_in_part_is_scanned_and_not_gone(
    walker: Walker, two: list[Path], bound_by_permissions: None
) -> None:
    (two[0] / "Subs").mkdir(0)
    changed, summary = walker.walk()
    assert (changed, summary.deleted) == (["A (2000)"], 0)


def test_without_its_anchor_a_library_is_not_walked(walker: Walker, two: list[Path]) -> None:
    anchored = LibrarySettings(path=walker.root, anchor=".mounted")
    walker.settings = walker.settings.model_copy(update={"libraries": {"movies": anchored}})
    shutil.rmtree(two[0])
    with pytest.raises(LibraryUnavailableError, match="anchor"):
        walker.walk()
    assert walker.movies()["A (2000)"] is None
    (walker.root / ".mounted").touch()
    assert walker.walk()[1].deleted == 1


@pytest.mark.parametrize("lost", ["anchor", "everything", "root"])
def test_a_root_that_goes_during_the_walk_deletes_nothing(
    walker: Walker, two: list[Path], lost: str
) -> None:
    (walker.root / ".mounted").touch()
    anchored = LibrarySettings(path=walker.root, anchor=".mounted")
    settings = walker.settings.model_copy(update={"libraries": {"movies": anchored}})
    walk = walk_library("movies", "batch", settings, ScanPhase())
    shutil.rmtree(two[0])
    for _paths in walk:
        pass
    if lost == "anchor":
        (walker.root / ".mounted").unlink()
    else:
        shutil.rmtree(walker.root)
        if lost == "everything":
            walker.root.mkdir()
    with pytest.raises(LibraryUnavailableError):
        walk.finish()
    assert walker.movies() == {"A (2000)": None, "Z/B (2001)": None}


def test_a_root_that_goes_before_the_first_look_is_named(walker: Walker, two: list[Path]) -> None:
    walk = walk_library("movies", "batch", walker.settings, ScanPhase())
    shutil.rmtree(walker.root)
    with pytest.raises(LibraryUnavailableError):
        list(walk)


def test_a_root_that_was_a_mount_point_must_be_one(walker: Walker, two: list[Path]) -> None:
    with walker.library.writing() as session:
        session.scalars(select(LibraryRoot)).one().is_mount_point = True
    shutil.rmtree(two[0])
    with pytest.raises(LibraryUnavailableError, match="was a mount point"):
        walker.walk()


def test_another_disk_with_none_of_the_movies_is_not_the_library(
    walker: Walker, two: list[Path]
) -> None:
    with walker.library.writing() as session:
        session.scalars(select(LibraryRoot)).one().device += 1
    shutil.rmtree(walker.root)
    walker.make("Other (2009)")
    with pytest.raises(LibraryUnavailableError, match="another disk"):
        walker.walk()


def test_a_directory_that_never_held_a_movie_leaves_nothing_behind(
    walker: Walker, two: list[Path]
) -> None:
    (broken,) = walker.make("C (2002)")
    walker.walk()
    shutil.rmtree(broken)
    _changed, summary = walker.walk()
    assert summary.deleted == 0
    with walker.library.reading() as session:
        paths = session.scalars(select(Directory.path)).all()
        assert sorted(paths) == sorted(str(path) for path in two)
    assert changes(walker) == []


def test_deleted_movies_do_not_testify_for_a_disk(
    walker: Walker, two: list[Path], change: Callable[..., None]
) -> None:
    change(deleted_at=datetime.now(UTC), delete_reason=GONE)
    with walker.library.writing() as session:
        session.scalars(select(LibraryRoot)).one().device += 1
    shutil.rmtree(walker.root)
    walker.make("Other (2009)")
    assert walker.walk()[0] == ["Other (2009)"]


# Series are told of, not scanned.


@pytest.fixture
def series(walker: Walker) -> Walker:
    shows = LibrarySettings(path=walker.root, kind="series")
    walker.settings = walker.settings.model_copy(update={"libraries": {"movies": shows}})
    for name in ("Show/Season 1/s01e01.mkv", "Show/Season 2/s02e01.mkv", "A-Z/Other/e1.mkv"):
        (walker.root / name).parent.mkdir(parents=True)
        (walker.root / name).write_text("x")
    return walker


def test_of_changed_series_the_players_are_told(series: Walker) -> None:
    changed, summary = series.walk()
    assert (changed, summary.directories, summary.changed) == ([], 2, 2)
    assert changes(series) == [("Other", "updated", None), ("Show", "updated", None)]
    assert series.walk()[1].changed == 0
    (series.root / "Show" / "Season 2" / "s02e02.mkv").write_text("x")
    assert series.walk()[1].changed == 1
    assert changes(series)[2:] == [("Show", "updated", None)]


def test_of_series_that_are_gone_too(series: Walker) -> None:
    series.walk()
    shutil.rmtree(series.root / "Show")
    assert series.walk()[1].deleted == 1
    assert changes(series)[2:] == [("Show", "deleted", None)]
    assert series.walk()[1].deleted == 0
    with series.library.reading() as session:
        assert [Path(path).name for path in session.scalars(select(Directory.path))] == ["Other"]
