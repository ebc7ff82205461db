"""The jobs as they run for a user: sent, taken by a real worker, chained, retried."""

import logging
import os
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from celery import signals
from job_outcomes import Outcomes, Traffic
from listening import listening
from sqlalchemy import select

from media.errors import (
    BrokenVideoError,
    InvalidWebhookError,
    PathNotMappedError,
    StillCopyingError,
)
from media.library.database import Library
from media.library.models import Movie
from media.sample.movie_directory import VIDEO_NAME, VIDEO_STEM
from media.sample.radarr_download import download_payload
from tasks import app
from tasks.library_scan import library_scan
from tasks.scan_movie import scan_movie
from tasks.webhook import webhook

FOLDER = "/movies/Sintel (2010)"


def written_just_now(video: Path) -> None:
    # An hour ahead, so that however slow the test is, it is not long ago.
    soon = time.time() + 3600
    os.utime(video, (soon, soon))


@pytest.fixture(autouse=True)
def settled(worker: Any, root: Path) -> Iterator[None]:
    """Let the jobs of each test, and all that follow from them, end in its own library."""
    traffic = Traffic()

    def _sent(**_: Any) -> None:
        traffic.sent += 1

    def _ended(**_: Any) -> None:
        traffic.ended += 1

    with listening(signals.before_task_publish, _sent), listening(signals.task_postrun, _ended):
        yield
        traffic.settle()


@pytest.fixture
def sent() -> Iterator[list[dict[str, Any]]]:
    """The messages that were published: the task's name and the priority."""
    messages: list[dict[str, Any]] = []

    def _sent(sender: str, properties: dict[str, Any], **_: Any) -> None:
        messages.append({"task": sender, "priority": properties["priority"]})

    with listening(signals.before_task_publish, _sent):
        yield messages


def test_a_download_ends_in_the_library(
    movie_directory: Path, library: Library, outcomes: Outcomes, sent: list[dict[str, Any]]
) -> None:
    job = webhook.delay(download_payload(FOLDER))
    (answer,) = outcomes.of("webhook")
    (summary,) = outcomes.of("scan-movie")
    assert (answer["event"], answer["outcome"]) == ("Download", "scan-queued")
    assert answer["directory"] == str(movie_directory)
    assert answer["job"] != job.id
    assert (summary["title"], summary["files"], summary["warnings"]) == ("Sintel", 5, [])
    with library.reading() as session:
        assert session.scalars(select(Movie.tmdb_id)).all() == [45745]
    assert sent[:4] == [
        {"task": "webhook", "priority": 1},
        {"task": "scan-movie", "priority": 5},
        {"task": "discover-assets", "priority": 5},
        {"task": "enrich-metadata", "priority": 5},
    ]


def test_a_rename_is_scanned_and_radarrs_zeros_are_no_knowledge(
    movie_directory: Path, library: Library, outcomes: Outcomes
) -> None:
    (movie_directory / f"{VIDEO_STEM}.nfo").unlink()
    movie = {
        "id": 17,
        "title": "Dragon",
        "folderPath": FOLDER,
        "tmdbId": 0,
        "imdbId": "",
        "year": 0,
    }
    webhook.delay({"eventType": "Rename", "movie": movie, "renamedMovieFiles": []})
    assert outcomes.of("webhook")[0]["outcome"] == "scan-queued"
    outcomes.of("scan-movie")
    with library.reading() as session:
        found = session.scalars(select(Movie)).one()
        assert (found.title, found.year, found.tmdb_id, found.imdb_id) == (
            "Dragon",
            2010,
            None,
            None,
        )


def test_a_burst_is_one_scan_that_starts_after_it(
    movie_directory: Path, outcomes: Outcomes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MEDIA_WEBHOOK_WINDOW_SECONDS", "2")
    # Both come within the window, however late the second one is taken.
    now = datetime.now(UTC)
    standing_still = SimpleNamespace(now=lambda _zone: now)
    monkeypatch.setattr("media.webhooks.receiving.datetime", standing_still)
    began: list[datetime] = []

    def _begins(task: Any, **_: Any) -> None:
        if task.name == "scan-movie":
            began.append(datetime.now(UTC))

    with listening(signals.task_prerun, _begins):
        webhook.delay(download_payload(FOLDER))
        webhook.delay(download_payload(FOLDER) | {"downloadId": "again"})
        first, second = outcomes.of("webhook", 2)
        outcomes.of("scan-movie")
    assert (first["outcome"], second["outcome"]) == ("scan-queued", "duplicate")
    assert began[0] >= datetime.fromisoformat(first["start_at"])


@pytest.mark.parametrize("priority", [None, 8])
def test_a_job_sent_by_name_has_its_priority(
    root: Path, outcomes: Outcomes, sent: list[dict[str, Any]], priority: int | None
) -> None:
    app.send_task("webhook", [{"eventType": "Test"}], priority=priority)
    assert [answer["outcome"] for answer in outcomes.of("webhook")] == ["test-received"]
    assert sent == [{"task": "webhook", "priority": priority or 1}]


def test_a_job_sent_at_another_priority_keeps_it_when_it_is_tried_again(
    movie_directory: Path, outcomes: Outcomes, sent: list[dict[str, Any]]
) -> None:
    written_just_now(movie_directory / VIDEO_NAME)
    scan_movie.apply_async(kwargs={"directory": str(movie_directory)}, priority=3)
    outcomes.of("scan-movie")
    assert sent[:2] == [{"task": "scan-movie", "priority": 3}] * 2


def test_a_bad_payload_fails_at_once(root: Path, outcomes: Outcomes) -> None:
    webhook.delay({"eventType": "Download"})
    (failure,) = outcomes.of("webhook")
    assert isinstance(failure, InvalidWebhookError)
    assert str(failure) == ("bad Radarr webhook: movie: Field required; movieFile: Field required")
    assert outcomes.retried == []


def test_a_path_without_a_mapping_fails_at_once(root: Path, outcomes: Outcomes) -> None:
    webhook.delay(download_payload("/films/Sintel (2010)"))
    (failure,) = outcomes.of("webhook")
    assert isinstance(failure, PathNotMappedError)
    assert str(failure).startswith("no mapping for path '/films/Sintel (2010)'")
    assert outcomes.retried == []


def test_a_broken_video_fails_at_once(movie_directory: Path, outcomes: Outcomes) -> None:
    whole = (movie_directory / VIDEO_NAME).read_bytes()
    (movie_directory / VIDEO_NAME).write_bytes(whole[:1000])
    scan_movie.delay(directory=str(movie_directory), seen={VIDEO_NAME: [0, 0]})
    (failure,) = outcomes.of("scan-movie")
    assert isinstance(failure, BrokenVideoError)


def test_a_movie_that_is_being_copied_is_scanned_once_it_is_complete(
    movie_directory: Path, library: Library, outcomes: Outcomes
) -> None:
    video = movie_directory / VIDEO_NAME
    whole = video.read_bytes()
    video.unlink()
    part = video.with_name(f"{VIDEO_NAME}.part")
    part.write_bytes(whole[:1000])
    scan_movie.delay(directory=str(movie_directory))
    assert isinstance(outcomes.retries_of("scan-movie")[0], StillCopyingError)
    part.write_bytes(whole)
    part.rename(video)
    (summary,) = outcomes.of("scan-movie")
    assert summary["title"] == "Sintel"


def test_a_file_written_just_now_costs_one_more_attempt(
    movie_directory: Path, outcomes: Outcomes
) -> None:
    written_just_now(movie_directory / VIDEO_NAME)
    scan_movie.delay(directory=str(movie_directory))
    (summary,) = outcomes.of("scan-movie")
    assert summary["title"] == "Sintel"
    assert len(outcomes.retried) == 1


def test_a_movie_that_was_moved_is_found_by_the_walk_and_stays_the_same(
    movie_directory: Path, library: Library, outcomes: Outcomes, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "tasks.scan_movie")
    scan_movie.delay(directory=str(movie_directory))
    outcomes.of("scan-movie")
    new = movie_directory.rename(movie_directory.with_name("Sintel, the dragon (2010)"))
    library_scan.delay(library="demo")
    (walk,) = outcomes.of("library-scan")
    first, moved = outcomes.of("scan-movie", 2)
    assert (first["movie_id"], first["moved_from"]) == (1, None)
    assert (moved["movie_id"], moved["moved_from"]) == (1, str(movie_directory))
    assert walk["changed"] == 1
    assert f"movie 1 was moved from {movie_directory}" in caplog.messages
    with library.reading() as session:
        found = session.execute(select(Movie.directory, Movie.deleted_at)).all()
    assert found == [(str(new), None)]
