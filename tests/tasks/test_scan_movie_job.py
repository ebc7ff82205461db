"""How often and when a scan is tried again."""

import logging
import os
from pathlib import Path
from typing import Any

import pytest
from celery.exceptions import Retry

from media.errors import (
    LibraryUnavailableError,
    MovieDirectoryMissingError,
    OutsideLibraryError,
    StillCopyingError,
)
from media.sample.movie_directory import VIDEO_NAME
from sqlite_transport.task import InvalidPayload
from tasks.scan_movie import scan_movie

pytestmark = pytest.mark.usefixtures("memory_broker")


def attempt(directory: str, retries: int = 0, **others: Any) -> Retry:
    """Run one attempt as a worker does; returns the retry that it asked for."""
    kwargs = {"directory": directory, **others}
    scan_movie.push_request(
        args=(), kwargs=kwargs, retries=retries, called_directly=False, id="1", delivery_info={}
    )
    try:
        with pytest.raises(Retry) as raised:
            scan_movie.run(**kwargs)
    finally:
        scan_movie.pop_request()
    return raised.value


def test_the_next_attempt_knows_what_this_one_saw(movie_directory: Path) -> None:
    video = movie_directory / VIDEO_NAME
    os.utime(video, ns=(2**62, 2**62))
    retry = attempt(str(movie_directory), movie={"tmdb_id": 1})
    assert isinstance(retry.exc, StillCopyingError)
    assert 1 <= retry.when <= 1.25
    assert retry.sig.args == ()
    assert retry.sig.kwargs["directory"] == str(movie_directory)
    assert retry.sig.kwargs["movie"]["tmdb_id"] == 1
    assert retry.sig.kwargs["seen"][VIDEO_NAME] == [video.stat().st_size, video.stat().st_mtime_ns]
    summary = scan_movie.apply((), retry.sig.kwargs, throw=True).get()
    assert summary["title"] == "Sintel"


def test_waits_grow(movie_directory: Path) -> None:
    movie_directory.rename(movie_directory.with_name("elsewhere"))
    waits = [attempt(str(movie_directory), retries=retries).when for retries in range(5)]
    assert waits == [10, 20, 40, 80, 120]


def test_a_missing_directory_is_a_failure_in_the_end(movie_directory: Path) -> None:
    movie_directory.rename(movie_directory.with_name("elsewhere"))
    ended = scan_movie.apply(kwargs={"directory": str(movie_directory)})
    assert isinstance(ended.result, MovieDirectoryMissingError)


def test_a_missing_disk_is_a_failure_in_the_end(root: Path) -> None:
    ended = scan_movie.apply(kwargs={"directory": str(root / "demo-library" / "X")})
    assert isinstance(ended.result, LibraryUnavailableError)
    assert "is its disk mounted" in str(ended.result)


def test_failures_and_retries_are_told_at_the_levels_that_workers_show(
    root: Path, movie_directory: Path, caplog: pytest.LogCaptureFixture
) -> None:
    scan_movie.apply(kwargs={"directory": str(root / "elsewhere")})
    attempt(str(movie_directory.parent / "X"))
    error, warning = [record for record in caplog.records if record.levelno >= logging.WARNING]
    assert error.levelno == logging.ERROR
    assert error.getMessage().startswith("failed: OutsideLibraryError: no mapping")
    assert warning.getMessage().startswith("tries again in 10 s: MovieDirectoryMissingError: ")


@pytest.mark.parametrize("retries", [0, 1])
def test_what_lasts_is_not_tried_again(root: Path, retries: int) -> None:
    with pytest.raises(OutsideLibraryError):
        scan_movie.apply(kwargs={"directory": str(root / "elsewhere")}, throw=True, retries=retries)


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        ({"directory": 7}, "directory"),
        ({"directory": "/x", "movie": {"year": "soon"}}, "movie.year"),
        ({"directory": "/x", "movie": {"rating": 1}}, "movie.rating"),
        ({"directory": "/x", "seen": {"a": 1}}, "seen.a"),
    ],
)
def test_a_call_that_means_nothing_names_the_field(arguments: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidPayload, match=f"scan-movie: {field}: "):
        scan_movie.delay(**arguments)
