"""What Celery's workers tell, as events of jobs."""

from typing import Any

import pytest

from sqlite_transport.jobs.elsewhere import told as module
from sqlite_transport.jobs.elsewhere.told import Told


def tell(told: Told, kind: str, uuid: str = "t1", **values: Any) -> Any:
    return told.event({"type": kind, "uuid": uuid, "timestamp": 5.0, "hostname": "w1", **values})


@pytest.mark.parametrize(
    ("kind", "values", "name", "data"),
    [
        ("task-started", {}, "job:started", {"status": "processing", "started_at": 5.0}),
        ("task-succeeded", {}, "job:completed", {"status": "completed", "completed_at": 5.0}),
        (
            "task-failed",
            {"exception": "E" * 501},
            "job:failed",
            {"status": "failed", "error": "E" * 500, "completed_at": 5.0},
        ),
        ("task-retried", {"exception": "E"}, "job:retried", {"status": "scheduled", "error": "E"}),
        ("task-rejected", {"requeue": True}, "job:requeued", {"status": "pending"}),
        ("task-rejected", {}, "job:failed", {"status": "failed", "completed_at": 5.0}),
        (
            "task-revoked",
            {"terminated": True, "signum": "SIGTERM"},
            "job:cancelled",
            {"status": "cancelled", "error": "terminated by SIGTERM", "completed_at": 5.0},
        ),
        (
            "task-revoked",
            {"expired": True},
            "job:cancelled",
            {"status": "cancelled", "error": "expired", "completed_at": 5.0},
        ),
        (
            "task-revoked",
            {},
            "job:cancelled",
            {"status": "cancelled", "error": "revoked", "completed_at": 5.0},
        ),
    ],
)
def test_a_word(kind: str, values: dict[str, Any], name: str, data: dict[str, Any]) -> None:
    event = tell(Told(), kind, **values)
    assert (event.id, event.name, event.job_id, event.task_id) == (1, name, "t1", "t1")
    assert (event.type, event.queue, event.created_at) == (None, None, 5.0)
    assert event.data == {"retry_count": 0, "worker": "w1", **data}


def test_the_type_is_remembered_from_the_first_word() -> None:
    told = Told()
    sent = tell(told, "task-sent", name="scan", queue="films", retries=1)
    assert (sent.name, sent.type, sent.queue) == ("job:created", "scan", "films")
    assert sent.data == {"status": "pending", "retry_count": 1}
    assert tell(told, "task-received", name="scan", retries=1) is None
    started = tell(told, "task-started")
    assert (started.id, started.type, started.queue) == (2, "scan", "films")
    assert started.data["retry_count"] == 1
    assert tell(told, "task-succeeded").type == "scan"
    assert tell(told, "task-started").type is None


def test_what_is_not_of_a_task() -> None:
    told = Told()
    assert told.event({"type": "worker-heartbeat", "timestamp": 1.0}) is None
    assert tell(told, "task-something") is None


def test_not_everything_is_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST", 2)
    told = Told()
    for number in range(3):
        tell(told, "task-received", f"t{number}", name="scan")
    assert [tell(told, "task-started", f"t{n}").type for n in range(3)] == [None, "scan", "scan"]
