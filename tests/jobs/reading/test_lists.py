"""The lists: their order, their filters, and what is no question."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from celery import Celery

from sqlite_transport.jobs import JobError, Jobs, Page

Put = Callable[..., int]
NOW = 1_700_000_000.0


def ids(page: Page) -> list[int]:
    return [job.id for job in page.items]


def test_the_list_is_in_the_order_in_which_jobs_run(jobs: Jobs, put: Put) -> None:
    later = put("scheduled", due_at=NOW + 20)
    low = put("pending", priority=8)
    soon = put("scheduled", due_at=NOW + 10)
    held = put("blocked", priority=3)
    also_held = put("blocked", priority=1, blocked_by="key:scan:/films")
    normal = put("pending", queue="films")
    running = put("processing", priority=9)
    also_normal = put("pending", queue="art")
    put("completed")
    expected = [running, normal, also_normal, low, also_held, held, soon, later]
    assert ids(jobs.list()) == expected
    assert jobs.list().next is None
    assert ids(jobs.list(status="pending")) == [normal, also_normal, low]
    assert ids(jobs.list(status="blocked")) == [also_held, held]
    assert ids(jobs.list(status="scheduled")) == [soon, later]
    assert ids(jobs.list(status="processing")) == [running]


def test_the_history_begins_with_the_newest_end(jobs: Jobs, put: Put) -> None:
    old = put("completed", completed_at=NOW)
    newest = put("failed", completed_at=NOW + 20)
    first, second = put("cancelled", completed_at=NOW + 10), put("completed", completed_at=NOW + 10)
    put("pending")
    assert ids(jobs.history()) == [newest, second, first, old]
    assert ids(jobs.history(status="completed")) == [second, old]
    assert ids(jobs.history(since=NOW + 10)) == [newest, second, first]
    assert ids(jobs.history(until=NOW + 10)) == [old]
    assert ids(jobs.history(since=NOW, until=NOW + 20, status="completed")) == [second, old]
    assert ids(jobs.history(since=NOW + 21)) == []
    assert ids(jobs.history(since=datetime.fromtimestamp(NOW + 20, UTC))) == [newest]
    assert ids(jobs.history(until="2023-11-14T22:13:21+00:00")) == [old]


def test_a_job_is_shown_with_all_that_is_known(jobs: Jobs, app: Celery) -> None:
    signature = app.signature("scan", args=["/films/Amélie"], kwargs={"force": True})
    sent = signature.apply_async(queue="films", priority=3)
    [job] = jobs.list().items
    assert (job.task_id, job.type, job.queue, job.priority) == (sent.id, "scan", "films", 3)
    assert (job.args, job.kwargs, job.status) == (["/films/Amélie"], {"force": True}, "pending")
    assert job.root_id == sent.id
    assert job.attempts == ()
    json.dumps(jobs.list().as_json())


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"type": "scan"}, [1, 2, 3, 4]),
        ({"type": "copy"}, [5]),
        ({"type": "none"}, []),
        ({"queue": "low"}, [3, 4]),
        ({"queue": "low", "type": "copy"}, []),
        ({"text": "Sintel"}, [1, 3]),
        ({"text": "sint 2010"}, [1]),
        ({"text": "intel"}, []),
        ({"text": "AMÉLIE"}, [2]),
        ({"text": "force", "queue": "low"}, [4]),
        ({"text": ""}, [1, 2, 3, 4, 5]),
        ({"status": "pending", "queue": "low", "type": "scan", "text": "sintel"}, [3]),
        ({"status": "scheduled"}, []),
    ],
    ids=lambda value: json.dumps(value),
)
def test_what_is_asked_for(
    jobs: Jobs, put: Put, asked: dict[str, Any], expected: list[int]
) -> None:
    put(args=["/films/Sintel (2010)"])
    put(args=[{"title": "Amélie"}])
    put(args=["Sintel"], queue="low")
    put(queue="low", kwargs={"force": True})
    put(type="copy")
    assert ids(jobs.list(**asked)) == expected


@pytest.mark.parametrize(
    ("payload", "content_type"),
    [
        (b"\x80\x04\x95Sintel", "application/x-python-serialize"),
        (b"\xff\xfeSintel", "application/json"),
        ("Sintel", "application/json"),
        ('{"film": "Sintel"}', "application/json"),
        ("[" * 100_000, "application/json"),
        (None, None),
        ("[[], {}, {}]", "application/json"),
    ],
    ids=["pickle", "no UTF-8", "no JSON", "no arguments", "too deep", "empty", "none"],
)
def test_a_body_that_cannot_be_read_is_listed_and_has_no_words(
    jobs: Jobs, put: Put, payload: str | bytes | None, content_type: str | None
) -> None:
    job = put(payload=payload, content_type=content_type)
    over = put("failed", payload=payload, content_type=content_type, headers="[" * 100_000)
    assert ids(jobs.list(type="scan")) == [job]
    assert ids(jobs.history()) == [over]
    assert ids(jobs.list(text="Sintel")) == ids(jobs.history(text="Sintel")) == []
    assert jobs.get(over).id == over


def test_messages_that_are_no_tasks_are_left_out(jobs: Jobs, put: Put) -> None:
    task = put()
    event = put(type="", transient=1)
    message = put(type="")
    put(type="report", transient=1)
    over = put("completed", type="")
    assert ids(jobs.list()) == ids(jobs.list(queue="celery")) == [task]
    assert jobs.history().items == ()
    assert ids(jobs.list(type="")) == [event, message]
    assert ids(jobs.history(type="")) == [over]


def test_no_question_is_guessed(jobs: Jobs) -> None:
    questions: list[tuple[dict[str, Any], str]] = [
        ({"status": "completed"}, "history"),
        ({"status": "running"}, "pending"),
        ({"limit": 0}, "1 to 1000"),
        ({"limit": True}, "1 to 1000"),
        ({"limit": 1001}, "1 to 1000"),
        ({"limit": "5"}, "1 to 1000"),
        ({"type": 5}, "type must be a text"),
        ({"queue": b"low"}, "queue must be a text"),
        ({"text": "--"}, "write a word"),
        ({"text": " "}, "write a word"),
    ]
    for question, answer in questions:
        with pytest.raises(JobError, match=answer):
            jobs.list(**question)
    for question, answer in [
        ({"status": "pending"}, "list"),
        ({"since": "yesterday"}, "since is a time"),
        ({"until": float("nan")}, "until is a time"),
        ({"since": True}, "since is a time"),
        ({"since": 10**400}, "since is a time"),
    ]:
        with pytest.raises(JobError, match=answer):
            jobs.history(**question)
