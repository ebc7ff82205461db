"""What the result backend tells of a task, where nothing else does."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from celery import Celery

from sqlite_transport.jobs.elsewhere.kept_result import job_of_result, progress_of, result_of


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Celery]:
    app = Celery("films", broker="memory://", backend=f"file://{tmp_path}", set_as_current=False)
    yield app
    app.close()


def job(app: Celery, task_id: str = "t1") -> Any:
    found = result_of(app, task_id)
    return None if found is None else job_of_result(task_id, found)


def test_nothing(app: Celery) -> None:
    assert job(app) is None
    app.backend.store_result("t1", None, "PENDING")
    assert job(app) is None


@pytest.mark.parametrize("backend", ["disabled://", "rpc://"])
def test_backends_that_cannot_be_looked_at(backend: str) -> None:
    app = Celery("films", broker="memory://", backend=backend, set_as_current=False)
    assert result_of(app, "t1") is None
    assert progress_of(app, "t1") is None


def test_how_it_ended(app: Celery) -> None:
    app.backend.store_result("t1", 5, "SUCCESS")
    done = job(app)
    assert (done.id, done.task_id, done.status, done.error) == ("t1", "t1", "completed", None)
    assert done.completed_at == pytest.approx(done.updated_at)

    app.backend.store_result("t2", ValueError("why"), "FAILURE", traceback="Traceback…")
    failed = job(app, "t2")
    assert (failed.status, failed.error) == ("failed", "ValueError: why")
    assert failed.traceback == "Traceback…"

    app.backend.mark_as_revoked("t3", "revoked", store_result=True)
    assert job(app, "t3").status == "cancelled"


def test_how_it_stands(app: Celery) -> None:
    app.backend.store_result("t1", {"done": 3, "total": 9, "message": "x"}, "PROGRESS")
    assert (job(app).status, job(app).completed_at) == ("processing", None)
    progress = progress_of(app, "t1")
    assert progress is not None
    assert (progress.done, progress.total, progress.message) == (3.0, 9, "x")

    app.backend.store_result("t2", ValueError("again"), "RETRY")
    assert (job(app, "t2").status, job(app, "t2").completed_at) == ("scheduled", None)
    assert progress_of(app, "t2") is None


@pytest.mark.parametrize("said", [None, "3 of 9", {"total": 9}])
def test_a_progress_of_another_kind(app: Celery, said: object) -> None:
    app.backend.store_result("t1", said, "PROGRESS")
    assert progress_of(app, "t1") is None


def test_a_backend_that_is_broken(
    app: Celery, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    app.backend.store_result("t1", None, "PROGRESS")
    for file in tmp_path.iterdir():
        file.write_text("{torn")
    assert progress_of(app, "t1") is None
    assert "The progress of task t1 cannot be read" in caplog.text
