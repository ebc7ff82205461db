"""One job, by its number or its task's id, wherever it is by now."""

from collections.abc import Callable, Iterator
from itertools import count

import pytest

from sqlite_transport.jobs import JobError, Jobs, NoSuchJob
from sqlite_transport.lists import tasks
from sqlite_transport.search import indexing
from sqlite_transport.search.indexing import Indexing
from sqlite_transport.search.tables import read_state

Put = Callable[..., int]


@pytest.fixture(params=["read through", "indexed"])
def long_file(
    request: pytest.FixtureRequest, jobs: Jobs, put: Put, monkeypatch: pytest.MonkeyPatch
) -> Iterator[bool]:
    """A file with jobs in it, short or so long that it gets an index."""
    is_long = request.param == "indexed"
    if is_long:
        monkeypatch.setattr(indexing, "BLOCK", 8)
        monkeypatch.setattr(tasks, "SHORT", 10)
        monkeypatch.setattr(tasks, "STRIDE", 16)
    for _ in range(60):
        put("completed")
    yield is_long
    assert (read_state(jobs.broker.database) is not None) is is_long


def test_by_number_and_by_task(jobs: Jobs, put: Put, long_file: bool) -> None:
    job = put(task_id="0b7c-1", args=["film"])
    for indexed in (False, True):
        for ref in (job, str(job), "0b7c-1"):
            assert jobs.find(ref) == job
            assert jobs.get(ref).args == ["film"]
        assert jobs.find("task-3") == 3
        if indexed or not long_file:
            break
        assert Indexing(jobs.broker.database).catch_up(60)


def test_of_several_it_is_the_one_to_be_done(jobs: Jobs, put: Put, long_file: bool) -> None:
    put("completed", task_id="twice")
    active = put("pending", task_id="twice")
    put("failed", task_id="twice")
    assert jobs.find("twice") == active
    with jobs.broker.database.writing as connection:
        connection.execute("DELETE FROM job WHERE id = ?", (active,))
    assert jobs.find("twice") == active + 1
    if long_file:
        for _ in range(30):
            put()
        Indexing(jobs.broker.database).catch_up(60)
        assert jobs.find("twice") == active + 1


def test_a_task_that_got_another_id_or_ended(jobs: Jobs, put: Put, long_file: bool) -> None:
    assert jobs.find("task-5") == 5
    Indexing(jobs.broker.database).catch_up(60)
    with jobs.broker.database.writing as connection:
        connection.execute("UPDATE job SET task_id = 'new' WHERE id = 5")
    assert jobs.find("new") == 5
    with pytest.raises(NoSuchJob):
        jobs.find("task-5")
    with jobs.broker.database.writing as connection:
        connection.execute("DELETE FROM job WHERE id = 5")
    with pytest.raises(NoSuchJob, match="there is no job of the task new in"):
        jobs.find("new")


@pytest.mark.parametrize("ref", [0, -1, 999, 10**30, "999", "9" * 5000, "none", "", "é", "\0"])
def test_no_such_job(jobs: Jobs, put: Put, ref: int | str) -> None:
    put()
    for ask in (jobs.find, jobs.get):
        with pytest.raises(NoSuchJob, match="there is no job"):
            ask(ref)


@pytest.mark.parametrize("ref", [None, True, 1.0, b"task-1", ["task-1"]])
def test_what_names_no_job(jobs: Jobs, ref: object) -> None:
    with pytest.raises(JobError, match="by its number or its task's id"):
        jobs.find(ref)  # type: ignore[arg-type]


def test_a_job_comes_with_its_attempts(jobs: Jobs, put: Put) -> None:
    job, moments = put("failed", error="ValueError: x"), count(10)
    with jobs.broker.database.writing as connection:
        for number in (1, 0):
            connection.execute(
                "INSERT INTO job_attempt (job_id, status, error, retry_count, completed_at)"
                " VALUES (?, 'retried', ?, ?, ?)",
                (job, f"Hiccup {number}", number, 100 - next(moments)),
            )
    found = jobs.get(job)
    assert [attempt.error for attempt in found.attempts] == ["Hiccup 0", "Hiccup 1"]
    assert (found.error, found.duration_ms) == ("ValueError: x", 1000.0)
    assert found.as_json()["attempts"][0]["retry_count"] == 0
