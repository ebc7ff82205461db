"""An operator adds a job as the application would send it."""

import time
from datetime import UTC, datetime
from typing import Any

import pytest
from celery import Celery

from sqlite_transport.jobs import JobError, Jobs


def test_a_known_task(jobs: Jobs) -> None:
    job = jobs.add("scan", ("/films/Heat",), {"deep": True})

    assert (job.id, job.type, job.queue, job.status) == (1, "scan", "celery", "pending")
    assert (job.args, job.kwargs, job.priority) == (["/films/Heat"], {"deep": True}, 5)
    assert jobs.get(job.id) == job


def test_a_task_by_its_name_alone(jobs: Jobs) -> None:
    job = jobs.add("elsewhere.scan", [1], priority=3, queue="films")

    assert (job.type, job.queue, job.priority) == ("elsewhere.scan", "films", 3)
    assert jobs.add("elsewhere.scan").priority == 5


def test_the_route_is_the_applications(app: Celery, jobs: Jobs) -> None:
    app.conf.task_routes = {"scan": {"queue": "scans"}, "elsewhere.*": {"queue": "far"}}

    assert jobs.add("scan").queue == "scans"
    assert jobs.add("elsewhere.scan").queue == "far"


def test_times(jobs: Jobs) -> None:
    now = time.time()
    late = datetime(2100, 1, 1, tzinfo=UTC)

    assert jobs.add("scan", countdown=60).due_at == pytest.approx(now + 60, abs=30)
    for eta in (late, late.timestamp(), late.isoformat(), "2100-01-01T00:00:00"):
        job = jobs.add("scan", eta=eta)
        assert (job.status, job.due_at) == ("scheduled", late.timestamp())
    assert jobs.add("scan", eta=0).status == "pending"
    assert jobs.add("scan", expires=60).expires_at == pytest.approx(now + 60, abs=30)
    for expires in (late, late.timestamp(), late.isoformat()):
        # Celery makes of it how long that is from now, and back.
        job = jobs.add("scan", expires=expires)
        assert job.expires_at == pytest.approx(late.timestamp(), abs=30)


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"type": ""}, "a job's type is the name of its task"),
    ({"args": "abc"}, "args is a list"),
    ({"args": [object()]}, "args cannot be JSON"),
    ({"kwargs": {1: 2}}, "kwargs maps the names"),
    ({"kwargs": [1]}, "kwargs maps the names"),
    ({"priority": 10}, "a priority is a whole number from 0"),
    ({"priority": True}, "a priority is a whole number from 0"),
    ({"countdown": -1}, "countdown is a number of seconds"),
    ({"countdown": "soon"}, "countdown is a number of seconds"),
    ({"countdown": float("nan")}, "countdown is a number of seconds"),
    ({"countdown": 1, "eta": 1}, "not both"),
    ({"eta": "tomorrow"}, "eta is a time"),
    ({"eta": 1e300}, "eta is a time"),
    ({"expires": -1}, "expires is a number of seconds"),
    ({"expires": "never"}, "expires is a time"),
    ({"type": "scna", "strict": True}, "the application has no task 'scna'; it has scan"),
]


@pytest.mark.parametrize(("given", "message"), WRONG)
def test_what_cannot_be(jobs: Jobs, given: dict[str, Any], message: str) -> None:
    with pytest.raises(JobError, match=message):
        jobs.add(**{"type": "scan", **given})
    assert jobs.broker.database.read("SELECT count(*) FROM job") == [(0,)]


def test_arguments_that_the_task_does_not_take(app: Celery, jobs: Jobs) -> None:
    @app.task(name="narrow", shared=False)
    def narrow(directory: str) -> None: ...

    with pytest.raises(JobError, match="the task 'narrow' cannot be sent"):
        jobs.add("narrow", kwargs={"film": 1})


def test_an_application_that_stores_nothing(app: Celery, jobs: Jobs) -> None:
    app.conf.task_always_eager = True
    with pytest.raises(JobError, match="task_always_eager"):
        jobs.add("scan")


def test_a_route_that_leads_nowhere(app: Celery, jobs: Jobs) -> None:
    app.conf.task_routes = {"scan": {"exchange": "void", "routing_key": "x", "queue": None}}
    with pytest.raises(JobError, match="no queue is bound to its route"):
        jobs.add("scan")
