"""A movie that is moved while it is scanned, and scans that are killed."""

import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from killing import killed_at
from moving_house import House
from sqlalchemy.orm import Session

from media import movie_scan
from media.earlier import Earlier
from media.errors import StillCopyingError
from media.library.models import Movie
from media.library.recall import recall_by_id
from media.movie_scan import MovieScan

Call = Callable[[], object]


@pytest.fixture
def new(house: House) -> Path:
    return house.old.with_name("New (2010)")


def between(monkeypatch: pytest.MonkeyPatch, call: Call) -> None:
    """Let `call` come between the next scan's reading and its writing, once."""
    unpatched = MovieScan._ensure_unchanged

    def _ensure_unchanged(*arguments: object) -> None:
        unpatched(*arguments)  # type: ignore[arg-type]
        monkeypatch.setattr(MovieScan, "_ensure_unchanged", unpatched)
        call()

    monkeypatch.setattr(MovieScan, "_ensure_unchanged", _ensure_unchanged)


def test_a_movie_that_moves_on_during_the_scan_is_not_taken_back(
    house: House, new: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.move(new)
    between(monkeypatch, lambda: house.edit(directory=str(new.with_name("Third"))))
    with pytest.raises(StillCopyingError):
        house.scan(new)
    assert house.movies() == {new.with_name("Third"): False}
    assert house.changes() == []


def test_nor_is_one_that_moves_on_before_it_is_recalled(
    house: House, new: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def _recall(session: Session, movie_id: int) -> Earlier:
        house.edit(directory=str(new.with_name("Third")))
        session.rollback()
        return recall_by_id(session, movie_id)

    house.move(new)
    monkeypatch.setattr(movie_scan, "recall_by_id", _recall)
    with pytest.raises(StillCopyingError):
        house.scan(new)
    assert house.movies() == {new.with_name("Third"): False}


def test_a_place_that_is_taken_during_the_scan_stays_taken(
    house: House, new: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def _take() -> None:
        movie = house.movie()
        with house.library.writing() as session:
            times = {"created_at": movie.created_at, "scanned_at": movie.scanned_at}
            session.add(Movie(directory=str(new), title="X", nfo_state="absent", **times))

    house.move(new)
    between(monkeypatch, _take)
    with pytest.raises(StillCopyingError):
        house.scan(new)
    assert house.movies() == {house.old: False, new: False}
    assert house.scan(new).movie_id == 2


def test_a_scan_of_the_place_that_is_left_makes_no_movie_there(
    house: House, new: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def _move() -> None:
        house.move(new)
        house.scan(new)

    between(monkeypatch, _move)
    with pytest.raises(StillCopyingError):
        house.scan(house.old)
    assert house.movies() == {new: False}
    assert house.seen() == [new]


def test_a_movie_that_is_removed_for_good_during_the_scan_is_a_new_one(
    house: House, new: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def _remove() -> None:
        with house.library.writing() as session:
            session.delete(session.get_one(Movie, 1))

    house.move(new)
    between(monkeypatch, _remove)
    summary = house.scan(new)
    assert summary.moved_from is None
    assert house.movies() == {new: False}


@pytest.mark.parametrize("is_deleted", [False, True])
def test_scans_at_once_move_it_once(house: House, new: Path, is_deleted: bool) -> None:
    house.move(new)
    if is_deleted:
        house.walk()
    with ThreadPoolExecutor(4) as pool:
        summaries = list(pool.map(house.scan, [new] * 4))
    assert {one.movie_id for one in summaries} == {1}
    assert sum(one.moved_from is not None for one in summaries) == 1
    assert house.movies() == {new: False}
    assert house.changes() == [("deleted", house.old), ("updated", new)]


def test_of_two_places_one_has_the_movie(
    house: House, new: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = new.with_name("Other (2010)")
    house.move(new)
    shutil.copytree(new, other)
    between(monkeypatch, lambda: house.scan(other))
    with pytest.raises(StillCopyingError):
        house.scan(new)
    assert house.scan(new).moved_from is None
    assert list(house.movies()) == [other, new]


def test_a_failure_before_the_commit_changes_nothing(
    house: House, new: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def _fail(*_: object) -> None:
        raise RuntimeError

    house.move(new)
    with monkeypatch.context() as patch:
        patch.setattr(movie_scan, "note_scanned", _fail)
        with pytest.raises(RuntimeError):
            house.scan(new)
    assert (house.movies(), house.changes()) == ({house.old: False}, [])
    assert house.scan(new).moved_from == str(house.old)


def test_killed_before_any_statement_it_is_moved_the_next_time(house: House, new: Path) -> None:
    before = house.old, house.movies(), house.changes(), house.seen()
    house.move(new)
    after = {new: False}, [("deleted", house.old), ("updated", new)], [new]
    kept = house.settings.library_database.with_suffix(".kept")
    for file in kept.parent.glob("library.db*"):
        shutil.copy(file, f"{kept}{file.name.removeprefix('library.db')}")
    for statement in range(200):
        for file in kept.parent.glob("library.db*"):
            file.unlink()
        for file in kept.parent.glob(f"{kept.name}*"):
            shutil.copy(file, file.parent / f"library.db{file.name.removeprefix(kept.name)}")
        killed = killed_at(statement, lambda: house.scan(new))
        state = house.movies(), house.changes(), house.seen()
        assert state in (before[1:], after)
        assert house.scan(new).movie_id == 1
        assert (house.movies(), house.changes(), house.seen()) == after
        if not killed:
            break
    assert 10 < statement < 199
