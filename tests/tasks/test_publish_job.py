"""What becomes of a movie whose publishing has failed for good, without a worker."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from celery import signals
from listening import listening
from sqlalchemy import select, update

from media.errors import MovieDirectoryMissingError, OutsideLibraryError
from media.library.database import Library
from media.library.models import LibraryChange, Movie
from media.library_scan import walk_library
from media.movie_scan import MovieScan
from media.phases import ScanPhase
from media.settings import read_settings
from tasks.publish import publish
from tasks.scan_movie import scan_movie

pytestmark = pytest.mark.usefixtures("memory_broker")


@pytest.fixture
def sent() -> Iterator[list[str]]:
    names: list[str] = []

    def _sent(sender: str, **_: object) -> None:
        names.append(sender)

    with listening(signals.before_task_publish, _sent):
        yield names


@pytest.fixture
def movie_id(movie_directory: Path) -> int:
    """A movie whose directory was put elsewhere after it was scanned."""
    summary = MovieScan(movie_directory, read_settings()).run()
    outside = movie_directory.parents[1] / "outside"
    movie_directory.rename(outside)
    movie_directory.symlink_to(outside)
    return summary.movie_id


def changes(library: Library) -> list[tuple[str, list[str]]]:
    with library.reading() as session:
        rows = session.scalars(select(LibraryChange))
        return [(row.directory, row.files) for row in rows]


def fail(movie_id: int) -> None:
    with pytest.raises(OutsideLibraryError):
        publish.apply(kwargs={"movie_id": movie_id}, throw=True)


def test_the_players_are_told_of_a_movie_for_which_nothing_can_be_written(
    movie_id: int, movie_directory: Path, library: Library, sent: list[str]
) -> None:
    fail(movie_id)
    assert changes(library) == [(str(movie_directory), [])]
    assert sent == ["notify-players"]


@pytest.mark.parametrize(
    "known",
    [{"published_at": datetime.now(UTC)}, {"created_at": datetime.now(UTC) - timedelta(days=2)}],
    ids=["published", "old"],
)
def test_of_some_they_know(
    movie_id: int, library: Library, sent: list[str], known: dict[str, datetime]
) -> None:
    with library.writing() as session:
        session.execute(update(Movie).values(known))
    fail(movie_id)
    assert changes(library) == []
    # What a scan has noted of it waits for just this.
    assert sent == ["notify-players"]


def found_changed(batch: str) -> list[str]:
    walk = walk_library("demo", batch, read_settings(), ScanPhase())
    return [directory for directories in walk for directory in directories]


def test_the_next_walk_takes_it_up_again(movie_directory: Path) -> None:
    scanned = scan_movie.apply(kwargs={"directory": str(movie_directory)}, throw=True).get()
    request = {"movie_id": scanned["movie_id"]}
    publish.apply(kwargs=request, throw=True)
    assert found_changed("before") == []

    elsewhere = movie_directory.rename(movie_directory.with_name("elsewhere"))
    ended = publish.apply(kwargs=request)
    assert isinstance(ended.result, MovieDirectoryMissingError)
    elsewhere.rename(movie_directory)
    assert found_changed("failed") == [str(movie_directory)]

    publish.apply(kwargs=request, throw=True)
    assert found_changed("after") == []
