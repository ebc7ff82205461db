"""A real worker in a thread, on a broker in memory, and what became of its jobs."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from celery import signals
from celery.contrib.testing.worker import start_worker
from job_outcomes import Outcomes
from listening import listening
from same_logging import same_logging

from media.library.database import Library
from media.phases import PhaseConfiguration
from media.sample.movie_directory import make_movie_directory
from tasks import app


@pytest.fixture(scope="module")
def memory_broker() -> Iterator[None]:
    """Put the application on a broker of its own, without jobs that others left."""
    options = app.conf.broker_transport_options
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CELERY_BROKER_URL", "memory://")
        app.conf.broker_transport_options = {"polling_interval": 0.02}
        _forget_connections()
        app.control.purge()
        yield
    app.conf.broker_transport_options = options
    _forget_connections()


def _forget_connections() -> None:
    app._pool = None
    app.amqp._producer_pool = None


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory of the application, with one library."""
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("MEDIA_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("MEDIA_LIBRARIES", '{"demo": "demo-library"}')
    monkeypatch.setenv("MEDIA_PATH_MAPPINGS", '{"/movies": "demo-library"}')
    monkeypatch.setenv("MEDIA_WEBHOOK_WINDOW_SECONDS", "0")
    PhaseConfiguration(Library(tmp_path / "library.db")).set({"phase.scan.quietSeconds": 1})
    return tmp_path


@pytest.fixture
def movie_directory(root: Path) -> Path:
    return make_movie_directory(root / "demo-library")


@pytest.fixture
def library(root: Path) -> Library:
    return Library(root / "library.db")


@pytest.fixture
def outcomes() -> Iterator[Outcomes]:
    outcomes = Outcomes()

    def _succeeded(sender: Any, result: Any, **_: Any) -> None:
        outcomes.ended.append((sender.name, result))

    def _failed(sender: Any, exception: Exception, **_: Any) -> None:
        outcomes.ended.append((sender.name, exception))

    def _retried(sender: Any, reason: Any, **_: Any) -> None:
        outcomes.retried.append((sender.name, reason.exc))

    with (
        listening(signals.task_success, _succeeded),
        listening(signals.task_failure, _failed),
        listening(signals.task_retry, _retried),
    ):
        yield outcomes


@pytest.fixture(scope="module")
def worker(memory_broker: None) -> Iterator[Any]:
    options = {"perform_ping_check": False, "pool": "solo", "shutdown_timeout": 300.0}
    with same_logging(), start_worker(app, **options) as running:
        yield running
    app.log.already_setup = False
