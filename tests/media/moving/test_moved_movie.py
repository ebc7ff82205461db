"""A movie whose directory was moved stays the same movie."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from moving_house import LONG_AGO, House, touch_all
from sqlalchemy import select

from media.library.models import MediaFile, Selection
from media.library_scan import batch_progress, walk_library
from media.movie import KnownMovie
from media.phases import ScanPhase
from media.sample.movie_directory import VIDEO_NAME
from media.sample.movies import SINTEL
from media.scan import movie_directory as reading
from media.webhooks import receive


@pytest.fixture
def new(house: House) -> Path:
    return house.old.with_name("Sintel (2010) {edition-Long}")


@pytest.mark.parametrize(
    "place", ["movies/Sintel, the dragon", "movies/S/Sintel (2010)", "more/Sintel (2010)"]
)
def test_what_people_set_moves_with_the_movie(house: House, root: Path, place: str) -> None:
    house.edit(title="My Sintel", locked_fields=["title"])
    with house.library.writing() as session:
        session.add(
            Selection(movie_id=1, kind="poster", rank=0, is_locked=True, selected_at=LONG_AGO)
        )
    new = house.move(root / place)
    summary = house.scan(new)
    assert (summary.movie_id, summary.moved_from) == (1, str(house.old))
    assert (summary.missing, summary.revived, summary.is_another) == (0, False, False)
    assert house.movies() == {new: False}
    movie = house.movie()
    assert (movie.title, movie.locked_fields) == ("My Sintel", ["title"])
    assert (movie.created_at, movie.published_at) == (LONG_AGO, LONG_AGO)
    with house.library.reading() as session:
        assert session.scalars(select(Selection.is_locked)).all() == [True]
    assert house.changes() == [("deleted", house.old), ("updated", new)]
    assert house.seen() == [new]


def test_the_next_scan_is_as_any_other(house: House, new: Path) -> None:
    house.move(new)
    house.scan(new)
    assert house.scan(new).moved_from is None
    assert len(house.changes()) == 2
    assert house.walk() == ([], house.walk()[1])


def test_it_may_be_moved_there_and_back(house: House, new: Path) -> None:
    house.move(new)
    house.scan(new)
    new.rename(house.old)
    summary = house.scan(house.old)
    assert (summary.movie_id, summary.moved_from) == (1, str(new))
    assert house.movies() == {house.old: False}


@pytest.mark.parametrize("is_touched", [False, True])
def test_renamed_files_with_other_times_are_known_as_well(
    house: House, root: Path, monkeypatch: pytest.MonkeyPatch, is_touched: bool
) -> None:
    house.edit(title="From TMDB", metadata_source="tmdb")
    new = house.move(root / "more" / "Renamed (2010)")
    for path in list(new.iterdir()):
        path.rename(new / path.name.replace(SINTEL.video_stem, "Renamed (2010)"))
    if is_touched:
        touch_all(new)

    def _probe(path: Path, _seconds: float) -> None:
        raise AssertionError(f"{path} was probed again")

    monkeypatch.setattr(reading, "probe_video", _probe)
    summary = house.scan(new)
    assert (summary.movie_id, summary.missing) == (1, 0)
    assert summary.title == "From TMDB", "an NFO that was copied tells no news"
    with house.library.reading() as session:
        assert "Renamed (2010).mkv" in session.scalars(select(MediaFile.relative_path)).all()


def test_the_main_video_may_be_a_version_where_it_is_now(house: House, new: Path) -> None:
    house.move(new)
    (new / VIDEO_NAME).rename(new / "Sintel - Old.mkv")
    (new / "Sintel (2010) {edition-Long}.mkv").write_bytes(
        (new / f"{SINTEL.video_stem}-trailer.mkv").read_bytes()
    )
    touch_all(new)
    summary = house.scan(new)
    assert (summary.movie_id, summary.moved_from) == (1, str(house.old))


@pytest.mark.parametrize("left", ["poster.jpg", "Sintel-trailer.mkv"])
def test_a_directory_without_its_video_was_left(house: House, new: Path, left: str) -> None:
    house.move(new)
    house.old.mkdir()
    (house.old / left).write_bytes(b"left behind")
    assert house.scan(new).moved_from == str(house.old)
    assert house.walk()[1].deleted == 0


def test_a_movie_may_move_below_its_own_directory(house: House) -> None:
    between = house.old.with_name("between")
    house.old.rename(between)
    house.old.mkdir()
    new = between.rename(house.old / "Sintel (2010)")
    assert house.scan(new).moved_from == str(house.old)


def test_a_walk_that_deleted_it_first_has_told_of_the_old_place(house: House, new: Path) -> None:
    house.move(new)
    changed, summary = house.walk()
    assert (changed, summary.deleted_directories) == ([str(new)], [str(house.old)])
    assert house.movies() == {house.old: True}
    scanned = house.scan(new)
    assert (scanned.movie_id, scanned.revived, scanned.moved_from) == (1, True, str(house.old))
    assert house.movies() == {new: False}
    assert house.movie().delete_reason is None
    assert house.changes() == [("deleted", house.old), ("updated", new)]


@pytest.mark.parametrize("begins", ["before the move", "before the scan", "after the scan"])
def test_a_walk_that_ends_later_deletes_nothing(house: House, new: Path, begins: str) -> None:
    def _begin() -> None:
        nonlocal walk
        walk = walk_library("movies", "batch", house.settings, ScanPhase())

    walk = None
    if begins == "before the move":
        _begin()
    house.move(new)
    if begins == "before the scan":
        _begin()
    if walk:
        assert [path for paths in walk for path in paths] == [str(new)]
    house.scan(new)
    if walk is None:
        _begin()
        assert list(walk) == []
    summary = walk.finish()
    assert (summary.deleted, summary.deleted_directories) == (0, [])
    assert house.movies() == {new: False}
    assert house.changes() == [("deleted", house.old), ("updated", new)]


def test_a_batch_does_not_wait_for_the_place_that_was_left(house: House, new: Path) -> None:
    house.edit(published_at=None)
    assert house.walk(batch="before")[0] == [str(house.old)]
    assert batch_progress("before", house.settings).done == 0
    house.move(new)
    house.scan(new)
    assert batch_progress("before", house.settings) == (1, 0, 1)


def test_what_was_deleted_on_purpose_and_is_there_again_is_the_same(
    house: House, new: Path
) -> None:
    house.move(new)
    deletion = {
        "eventType": "MovieDelete",
        "movie": {"id": 1, "title": "Sintel", "folderPath": str(house.old)},
        "deletedFiles": True,
    }
    assert receive(deletion, house.settings, "job").outcome == "deleted"
    house.edit(deleted_at=LONG_AGO)
    summary = house.scan(new, KnownMovie(tmdb_id=SINTEL.tmdb_id))
    assert (summary.movie_id, summary.revived) == (1, True)
    assert house.changes() == [("deleted", house.old), ("updated", new)]


def test_a_late_deletion_of_the_old_place_leaves_the_movie(house: House, new: Path) -> None:
    house.move(new)
    house.scan(new)
    house.edit(scanned_at=datetime.now(UTC))
    deletion = {
        "eventType": "MovieDelete",
        "movie": {"id": 1, "title": "Sintel", "folderPath": str(house.old)},
        "deletedFiles": True,
    }
    receive(deletion, house.settings, "job")
    assert house.movies() == {new: False}
