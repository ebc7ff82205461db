"""Pages: together they are the whole list, whatever is asked, indexed, or changed meanwhile."""

import base64
import json
import random
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine

from sqlite_transport.jobs import JobError, Jobs, Page, open_jobs
from sqlite_transport.jobs.job import Job
from sqlite_transport.lists import pages, parts, pending, tasks
from sqlite_transport.search import indexing, sieve
from sqlite_transport.search.indexing import Indexing
from sqlite_transport.search.tables import DROP, read_state, want
from sqlite_transport.search.words import words_in

Put = Callable[..., int]
NOW = 1_700_000_000.0
ACTIVE = ("processing", "pending", "blocked", "scheduled")
OVER = ("completed", "failed", "cancelled")
PLACE = {"processing": lambda job: 0, "scheduled": lambda job: job.due_at}


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every limit so small that a few jobs are beyond it, as a million are beyond the real one."""
    for module, name, value in (
        (indexing, "BLOCK", 8),
        (indexing, "STALE", 64),
        (pages, "SHORT", 10),
        (pages, "BEHIND", 16),
        (pages, "LITTLE", 4),
        (pages, "FEW", 10),
        (pages, "FIRST", 4),
        (pages, "SIFTED", 16),
        (pages, "AT_ONCE", 4),
        (tasks, "SHORT", 10),
        (tasks, "STRIDE", 16),
        (sieve, "FIRST", 2),
    ):
        monkeypatch.setattr(module, name, value)


def all_pages(ask: Callable[..., Page], **asked: Any) -> Iterator[Page]:
    after = None
    while True:
        page = ask(after=after, **asked)
        yield page
        after = page.next
        if after is None:
            return


def all_of(ask: Callable[..., Page], **asked: Any) -> list[Job]:
    return [job for page in all_pages(ask, **asked) for job in page.items]


def expected(rows: list[Job], asked: dict[str, Any]) -> list[int]:
    """Return what a list is by the words of its documentation."""
    words = words_in(asked.get("text") or "")

    def is_meant(job: Job) -> bool:
        said = words_in(" ".join(map(str, [*(job.args or ()), *(job.kwargs or {})])))
        return (
            job.type == asked.get("type", job.type)
            and job.queue == asked.get("queue", job.queue)
            and job.status == asked.get("status", job.status)
            and all(any(word.startswith(each) for word in said) for each in words)
        )

    def order(job: Job) -> tuple[float, ...]:
        if job.completed_at is not None:
            return (-job.completed_at, -job.id)
        place = PLACE.get(job.status, lambda job: job.priority)(job)
        return (ACTIVE.index(job.status), place, job.id)

    return [job.id for job in sorted(filter(is_meant, rows), key=order)]


WORDS = ["Sintel", "Amélie", "film", "filmed", "opera"]
COLUMNS: dict[str, st.SearchStrategy[Any]] = {
    "type": st.sampled_from(["scan", "copy", "rare"]),
    "queue": st.sampled_from(["celery", "low", "art"]),
    "priority": st.integers(0, 9),
    "args": st.lists(st.sampled_from(WORDS), max_size=3),
}
ROWS = st.lists(
    st.fixed_dictionaries(
        {**COLUMNS, "status": st.sampled_from(ACTIVE + OVER), "moment": st.integers(0, 5)}
    ),
    max_size=120,
)
ASKED = st.fixed_dictionaries(
    {},
    optional={
        "type": COLUMNS["type"],
        "queue": COLUMNS["queue"],
        "text": st.sampled_from([*WORDS, "f", "amél", "film opera", "none"]),
    },
)


def fill(put: Put, rows: list[dict[str, Any]], first: int = 1) -> None:
    for number, row in enumerate(rows, first):
        values = dict(row)
        status, moment = values.pop("status"), NOW + values.pop("moment")
        if status == "scheduled":
            values["due_at"] = moment
        if status in OVER:
            values["completed_at"] = moment
        if status == "blocked":
            values["blocked_by"] = f"type:{values['type']}"
        put(status, id=number, **values)


def empty(jobs: Jobs) -> None:
    with jobs.broker.database.writing as connection:
        connection.execute("DELETE FROM job")
        for statement in DROP:
            connection.execute(statement)


@settings(
    max_examples=60,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(ROWS, ASKED, st.integers(1, 30), st.integers(0, 20), st.integers(0, 120))
def test_the_pages_are_the_list(
    jobs: Jobs,
    put: Put,
    rows: list[dict[str, Any]],
    asked: dict[str, Any],
    limit: int,
    blocks: int,
    indexed: int,
) -> None:
    """Whatever part of the jobs is in the index: none, some old, some new, or all."""
    empty(jobs)
    fill(put, rows[:indexed])
    if indexed and blocks:
        want(jobs.broker.database)
        for _ in range(blocks):
            Indexing(jobs.broker.database).step()
    fill(put, rows[indexed:], 1 + len(rows[:indexed]))
    everything = [jobs.get(number + 1) for number in range(len(rows))]
    for ask, statuses in ((jobs.list, ACTIVE), (jobs.history, OVER)):
        there = [job for job in everything if job.status in statuses]
        for status in (None, statuses[1]):
            question = asked if status is None else {**asked, "status": status}
            found = [job.id for job in all_of(ask, limit=limit, **question)]
            assert found == expected(there, question)


def test_pages_are_full_and_the_last_one_says_so(jobs: Jobs, put: Put) -> None:
    for _ in range(12):
        put()
    sizes = [len(page.items) for page in all_pages(jobs.list, limit=4)]
    assert sizes == [4, 4, 4], "no empty page at the end"
    for _ in range(12):
        put("completed")
    assert [len(page.items) for page in all_pages(jobs.history, limit=5)] == [5, 5, 2]


def test_a_page_whose_time_is_over_says_where_to_go_on(
    jobs: Jobs, put: Put, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(100):
        put(type="rare" if number == 90 else "scan", priority=number % 3)
        put("completed", args=["opera" if number == 5 else "film"])
    monkeypatch.setattr(pages, "BUDGET", 0.0)
    monkeypatch.setattr(pages, "FEW", 0)
    listed = list(all_pages(jobs.list, type="rare"))
    assert len(listed) > 1
    assert [job.id for page in listed for job in page.items] == [181]
    assert [job.id for job in all_of(jobs.history, text="opera")] == [12]


CHANGES = (
    "UPDATE job SET status = 'processing', session = 1 WHERE id = ?",
    "UPDATE job SET status = 'completed', session = NULL, completed_at = 1.8e9 WHERE id = ?",
    "UPDATE job SET priority = (priority + 3) % 10 WHERE id = ?",
    "UPDATE job SET queue = 'moved', payload = '[]' WHERE id = ?",
    "DELETE FROM job WHERE id = ?",
)


@pytest.mark.parametrize("asked", [{}, {"type": "scan"}, {"text": "film"}], ids=str)
@pytest.mark.parametrize("seed", range(4))
def test_a_job_that_stays_is_shown_once_whatever_others_do(
    jobs: Jobs, put: Put, asked: dict[str, str], seed: int
) -> None:
    chance = random.Random(seed)
    statuses = ("pending", "pending", "scheduled", "blocked")
    staying = set()
    for number in range(1, 161):
        put(chance.choice(statuses), args=["film"], priority=chance.randrange(10))
        if number % 2:
            staying.add(number)
    seen: list[int] = []
    for page in all_pages(jobs.list, limit=7, **asked):
        seen += [job.id for job in page.items]
        with jobs.broker.database.writing as connection:
            for _ in range(5):
                moving = 2 * chance.randint(1, 80)
                connection.execute(chance.choice(CHANGES), (moving,))
        put(args=["film"], id=1000 + len(seen) * 10 + chance.randrange(10))
    stayed = [job for job in seen if job in staying]
    assert sorted(stayed) == sorted(staying)


def test_the_history_grows_at_its_head_only(jobs: Jobs, put: Put) -> None:
    for number in range(1, 51):
        put("completed", completed_at=NOW + number // 4)
    seen: list[int] = []
    for count, page in enumerate(all_pages(jobs.history, limit=6)):
        seen += [job.id for job in page.items]
        put("failed", completed_at=NOW + 100 + count)
    assert seen == list(range(50, 0, -1))


WRONG: list[Any] = [
    "",
    "!",
    "next",
    "é",
    "A" * 10_000,
    5,
    b"abc",
    "bnVsbA",
    *(
        base64.urlsafe_b64encode(json.dumps(key).encode()).decode()
        for key in (
            [2, 1, 5, 9],
            [1, 9, 5, 9],
            [1, 1, "5", 9],
            [1, 1, 5, 2**70],
            [1, 1, 2**70, 9],
            [1, 1, 10**400, 9],
            [1, 1, 5, -9],
            [1, 1, 5, 0],
            [1, True, 5, 1],
            [1, 4, -5.0, -9],
            [1, 1, float("nan"), 9],
            [1, 1, 5],
            {"a": 1},
        )
    ),
]


@pytest.mark.parametrize("after", WRONG, ids=lambda after: repr(after)[:20])
def test_what_is_no_cursor_is_refused(jobs: Jobs, after: Any) -> None:
    with pytest.raises(JobError, match="pass the `next` of the page before"):
        jobs.list(after=after)


def test_a_cursor_of_the_other_list_is_refused(jobs: Jobs, put: Put) -> None:
    for _ in range(3):
        put()
        put("completed")
    with pytest.raises(JobError):
        jobs.history(after=jobs.list(limit=1).next)
    with pytest.raises(JobError):
        jobs.list(after=jobs.history(limit=1).next)


def test_parts_of_many_queues(jobs: Jobs, put: Put) -> None:
    numbers = [put(queue=f"queue {n % 50}", priority=n % 7) for n in range(200)]
    rows = [jobs.get(number) for number in numbers]
    assert [job.id for job in all_of(jobs.list, limit=13)] == expected(rows, {})
    levels = jobs.broker.database.read(parts.PENDING_LEVELS)
    assert len(levels) == len(set(levels)) == len({(row.queue, row.priority) for row in rows})


def test_whoever_searches_helps_where_nobody_consumes(jobs: Jobs, put: Put) -> None:
    for number in range(200):
        put("completed", args=["opera" if number == 3 else "film"])
    database = jobs.broker.database
    for _ in range(100):
        assert [job.id for job in all_of(jobs.history, text="opera")] == [4]
        if want(database).low <= 1:
            break
    assert want(database).low <= 1, "what was there"
    for _ in range(200):
        put("completed", args=["film"])
    for _ in range(100):
        assert [job.id for job in all_of(jobs.history, text="opera")] == [4]
        assert jobs.find("task-390") == 390
    assert want(database).high > 380, "what has come since"


def test_a_queue_alone_needs_no_index(jobs: Jobs, put: Put) -> None:
    numbers = [put(queue=("low", "celery")[n % 2]) for n in range(60)]
    put("processing", queue="low")
    assert len(all_of(jobs.list, queue="low", status="pending")) == len(numbers) / 2
    assert len(all_of(jobs.list, queue="low", status="processing")) == 1
    assert read_state(jobs.broker.database) is None
    assert len(all_of(jobs.list, queue="low")) == 31
    assert read_state(jobs.broker.database) is not None


@pytest.mark.parametrize("is_indexed", [False, True])
def test_within_a_transaction_of_ones_own_it_is_read(
    jobs: Jobs, put: Put, monkeypatch: pytest.MonkeyPatch, is_indexed: bool
) -> None:
    """The thread cannot write then but through its transaction, so not into the index either."""
    monkeypatch.setattr(pending, "MANY", 10)
    numbers = [put(type="copy" if number % 3 else "scan") for number in range(60)]
    if is_indexed:
        assert jobs.list(type="copy", limit=1).next is not None
        numbers += [put(type="copy") for _ in range(30)]
    engine = create_engine(f"sqlite+transport:///{jobs.broker.database.path}")
    with engine.connect() as connection, connection.begin():
        connection.exec_driver_sql("CREATE TABLE movie (id)")
        assert len(all_of(jobs.list, type="copy")) == (70 if is_indexed else 40)
        assert all_of(jobs.history, type="copy") == []
        assert jobs.get(f"task-{numbers[7]}").id == numbers[7]
        assert open_jobs(jobs.app).stats().types["copy"].pending == (70 if is_indexed else 40)
    assert (read_state(jobs.broker.database) is not None) == is_indexed
    engine.dispose()
