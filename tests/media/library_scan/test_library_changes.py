"""Which directories a walk finds, and which of them count as changed."""

import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from library_walker import Walker
from sqlalchemy import delete, select

from media.errors import BrokenVideoError, LibraryUnavailableError, LibraryUnknownError
from media.library.models import Directory, Movie, PublishedFile
from media.library_scan import walk_library
from media.movie_scan import record_failure
from media.phases import ScanPhase
from media.settings import LibrarySettings, Settings

Change = Callable[..., None]


def test_all_is_changed_at_first_and_nothing_after_the_scans(walker: Walker) -> None:
    walker.make("A (2000)", "B (2001)", "A-Z/C/C (2002)", "Collection/D (2003)")
    changed, summary = walker.walk()
    assert sorted(changed) == ["A (2000)", "A-Z/C/C (2002)", "B (2001)", "Collection/D (2003)"]
    assert (summary.directories, summary.changed, summary.deleted) == (4, 4, 0)
    walker.scan(*changed)
    changed, summary = walker.walk("batch-2")
    assert (changed, summary.directories, summary.changed) == ([], 4, 0)


@pytest.mark.parametrize(
    "touch",
    [
        lambda movie: (movie / "new.srt").write_text("x"),
        lambda movie: (movie / "movie.nfo").unlink(),
        lambda movie: (movie / "movie.nfo").rename(movie / "other.nfo"),
        lambda movie: (movie / "movie.nfo").write_text("longer than it was"),
        lambda movie: os.utime(movie / "movie.nfo", (1, 1)),
        lambda movie: (movie / "Subs").mkdir() or (movie / "Subs" / "a.srt").write_text("x"),
        lambda movie: (movie / "A (2000).mkv").rename(movie / "A (2000).mp4"),
    ],
    ids=["new", "gone", "renamed", "written", "touched", "below", "other video"],
)
def test_a_directory_counts_as_changed(walker: Walker, touch: Callable[[Path], Any]) -> None:
    movie, _other = walker.make("A (2000)", "B (2001)")
    walker.walk_and_scan()
    touch(movie)
    assert walker.walk()[0] == ["A (2000)"]


@pytest.mark.parametrize(
    "name", [".DS_Store", "@eaDir/x.jpg", ".hidden/a.mkv", ".movie.nfo.a1b2.tmp", "Thumbs.db"]
)
def test_what_no_scan_looks_at_changes_nothing(walker: Walker, name: str) -> None:
    (movie,) = walker.make("A (2000)")
    walker.walk_and_scan()
    (movie / name).parent.mkdir(exist_ok=True)
    (movie / name).write_text("x")
    assert walker.walk()[0] == []


def test_another_configuration_makes_other_changes(walker: Walker) -> None:
    walker.make("A (2000)", "B (2001)")
    walker.walk_and_scan()
    ignoring = ScanPhase(ignore_patterns=("A*/*.nfo",))
    assert walker.walk(phase=ignoring)[0] == ["A (2000)"]


def test_a_queued_directory_whose_scan_never_ran_is_found_again(walker: Walker) -> None:
    walker.make("A (2000)", "B (2001)")
    walker.walk()
    walker.scan("A (2000)")
    assert walker.walk("batch-2")[0] == ["B (2001)"]


def test_a_movie_whose_way_ended_half_way_is_taken_up_again(walker: Walker) -> None:
    walker.make("A (2000)", "B (2001)")
    walker.walk_and_scan()
    with walker.library.writing() as session:
        first = session.scalars(select(Movie).where(Movie.title == "A (2000)")).one()
        first.published_at = None
    assert walker.walk()[0] == ["A (2000)"]


def test_a_scan_that_failed_is_tried_at_the_next_walk(walker: Walker) -> None:
    (movie,) = walker.make("A (2000)")
    walker.walk_and_scan()
    assert walker.walk()[0] == []
    record_failure(movie, BrokenVideoError("broken"), walker.settings)
    assert walker.walk()[0] == ["A (2000)"]


def test_a_movie_without_its_row_or_deleted_is_found_again(walker: Walker, change: Change) -> None:
    walker.make("A (2000)")
    walker.walk_and_scan()
    change(deleted_at=datetime.now(UTC))
    assert walker.walk()[0] == ["A (2000)"]
    walker.scan("A (2000)")
    with walker.library.writing() as session:
        session.execute(delete(Movie))
    assert walker.walk()[0] == ["A (2000)"]


# What we publish is no change, what others do to it is one.


def publish(walker: Walker, path: Path, content: str = "ours") -> None:
    path.write_text(content)
    status = path.stat()
    with walker.library.writing() as session:
        movie = session.scalar(select(Movie.id).where(Movie.directory == str(path.parent)))
        session.execute(delete(PublishedFile).where(PublishedFile.relative_path == path.name))
        session.add(
            PublishedFile(
                movie_id=movie,
                relative_path=path.name,
                kind="nfo",
                sha256="-",
                size=status.st_size,
                mtime_ns=status.st_mtime_ns,
                published_at=datetime.now(UTC),
            )
        )


@pytest.mark.parametrize("name", ["poster.jpg", "movie.nfo"], ids=["new", "in place of another's"])
def test_publishing_leads_to_no_scan_and_a_change_by_others_does(walker: Walker, name: str) -> None:
    (movie,) = walker.make("A (2000)")
    walker.walk_and_scan()
    publish(walker, movie / name)
    assert walker.walk()[0] == []
    publish(walker, movie / name, "ours, once more")
    assert walker.walk()[0] == []
    (movie / name).write_text("theirs")
    assert walker.walk()[0] == ["A (2000)"]


def test_a_published_file_that_is_gone_is_a_change_until_it_is_marked(walker: Walker) -> None:
    (movie,) = walker.make("A (2000)")
    walker.walk_and_scan()
    publish(walker, movie / "poster.jpg")
    (movie / "poster.jpg").unlink()
    assert walker.walk()[0] == ["A (2000)"]
    with walker.library.writing() as session:
        session.scalars(select(PublishedFile)).one().missing_since = datetime.now(UTC)
    walker.scan("A (2000)")
    assert walker.walk()[0] == []


def test_a_published_file_that_the_configuration_ignores_is_no_change(walker: Walker) -> None:
    (movie,) = walker.make("A (2000)")
    ignoring = ScanPhase(ignore_patterns=("*.jpg",))
    walker.scan(*walker.walk(phase=ignoring)[0])
    publish(walker, movie / "poster.jpg")
    assert walker.walk(phase=ignoring)[0] == []


# What is a movie's directory.


def test_what_lies_in_a_movie_belongs_to_it(walker: Walker) -> None:
    movie, empty = walker.make("A (2000)", "Empty (2001)")
    for name in ("Extras/a.mkv", "trailers/b.mkv", "Anything/c.mkv"):
        (movie / name).parent.mkdir()
        (movie / name).write_text("x")
    (empty / "Empty (2001).mkv").unlink()
    (empty / "Trailers").mkdir()
    (empty / "Trailers" / "t.mkv").write_text("x")
    (empty / "Empty (2001)-trailer.mkv").write_text("x")
    assert walker.walk()[0] == ["A (2000)"]


@pytest.mark.parametrize("disc", ["VIDEO_TS", "BDMV/STREAM", "bdmv/stream"])
def test_a_disc_is_a_movie(walker: Walker, disc: str) -> None:
    for directory in (walker.root / "Disc (1999)" / disc, walker.root / disc):
        directory.mkdir(parents=True)
        (directory / "00001.m2ts").write_text("x")
    assert walker.walk()[0] == ["Disc (1999)"]


def test_a_video_in_the_root_itself_is_told(walker: Walker) -> None:
    walker.make("A (2000)")
    (walker.root / "loose.mkv").write_text("x")
    changed, summary = walker.walk()
    assert changed == ["A (2000)"]
    assert summary.warnings == ["left out 'loose.mkv': a movie needs a directory of its own"]


def test_a_directory_of_extras_in_the_root_is_told(walker: Walker) -> None:
    walker.make("A (2000)", "Shorts/B (2001)")
    changed, summary = walker.walk()
    assert changed == ["A (2000)"]
    assert [told.partition(":")[0] for told in summary.warnings] == ["left out 'Shorts'"]


def test_a_video_over_the_limit_makes_no_movie(walker: Walker) -> None:
    walker.make("A (2000)")
    assert walker.walk(phase=ScanPhase(max_file_size_gb=1e-9))[0] == []


def test_a_nested_library_is_left_to_itself(walker: Walker) -> None:
    walker.make("A (2000)", "Kids/B (2001)")
    kids = LibrarySettings(path=walker.root / "Kids")
    libraries = {**walker.settings.libraries, "kids": kids}
    walker.settings = walker.settings.model_copy(update={"libraries": libraries})
    assert walker.walk()[0] == ["A (2000)"]
    assert walker.walk("batch-2", library="kids")[0] == ["B (2001)"]
    walker.scan("A (2000)", "Kids/B (2001)")
    assert walker.walk("batch-3")[1].deleted == 0


def test_links_lead_nowhere_and_never_in_circles(walker: Walker, root: Path) -> None:
    (movie,) = walker.make("A (2000)")
    (root / "outside").mkdir()
    (root / "outside" / "X.mkv").write_text("x")
    (walker.root / "Outside").symlink_to(root / "outside")
    (walker.root / "Again").symlink_to(movie)
    (walker.root / "Loop").symlink_to(walker.root)
    (walker.root / "Self").symlink_to("Self")
    changed, summary = walker.walk()
    assert changed == ["A (2000)"]
    assert sorted(summary.warnings) == [
        "left out 'Outside': it links out of the library",
        "left out 'Self': it links to itself",
    ]


def test_a_library_may_be_reached_by_a_link(root: Path, walker: Walker) -> None:
    walker.make("A (2000)", "Kids/B (2001)")
    (root / "link").symlink_to(walker.root)
    linked = Settings(
        libraries={"movies": root / "link", "kids": root / "link" / "Kids"},
        library_database=root / "other.db",
    )
    assert Walker(linked).walk()[0] == ["A (2000)"]


def test_a_library_that_there_is_not_is_named(settings: Settings) -> None:
    with pytest.raises(LibraryUnknownError, match="no library 'films'; there are: movies"):
        walk_library("films", "batch", settings, ScanPhase())


def test_an_empty_root_is_not_mounted(settings: Settings) -> None:
    with pytest.raises(LibraryUnavailableError):
        walk_library("movies", "batch", settings, ScanPhase())


def test_whoever_waits_is_told_how_far_it_is(walker: Walker) -> None:
    walker.make(*(f"{number} (2000)" for number in range(250)))
    told: list[tuple[int, int]] = []
    walk = walk_library(
        "movies",
        "batch",
        walker.settings,
        ScanPhase(),
        lambda done, total, _path: told.append((done, total)),
    )
    slices = [len(paths) for paths in walk]
    assert slices == [200, 50]
    assert told == [(100, 100), (200, 200)]
    assert walk.finish().directories == 250


def test_a_walk_that_has_not_ended_cannot_finish(walker: Walker) -> None:
    walker.make("A (2000)")
    with pytest.raises(ValueError, match="not come to its end"):
        walk_library("movies", "batch", walker.settings, ScanPhase()).finish()


def test_the_rows_of_directories_name_their_library(walker: Walker) -> None:
    walker.make("A (2000)")
    walker.walk()
    with walker.library.reading() as session:
        row = session.scalars(select(Directory)).one()
        assert (row.library, row.batch_id, row.signature) == ("movies", "batch-1", None)
