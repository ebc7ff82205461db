"""`unique`: the second `.delay()` returns the first one's id for as long as the first holds it."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from celery import Celery, chain, group
from celery.exceptions import ImproperlyConfigured
from fixture_types import Rows, Working

from sqlite_transport.database import Database, open_database

COUNT = "SELECT count(*) FROM job"


def claim(path: Path, started_at: float = 1.0) -> None:
    """Do to the jobs what a worker's claim does."""
    with open_database(path).writing as connection:
        connection.execute(
            "UPDATE job SET status = 'processing', session = 1, started_at = ?", (started_at,)
        )


def end(path: Path, status: str = "completed") -> None:
    """End the jobs as a worker does."""
    with open_database(path).writing as connection:
        connection.execute(
            "UPDATE job SET status = ?, session = NULL, completed_at = 1"
            " WHERE completed_at IS NULL",
            (status,),
        )


def remove(path: Path) -> None:
    """Remove the jobs, as when the history keeps nothing."""
    with open_database(path).writing as connection:
        connection.execute("UPDATE state SET last_job_id = (SELECT max(id) FROM job)")
        connection.execute("DELETE FROM job")


@pytest.fixture
def scan(app: Celery) -> Any:
    @app.task(name="scan", unique="until_done", unique_on=("directory",))
    def scan(directory: str, year: int = 0) -> str:
        return directory

    return scan


def test_the_second_one_is_the_first(scan: Any, rows: Rows) -> None:
    first, second, other = scan.delay("/a"), scan.delay("/a", year=1999), scan.delay("/b")

    assert second.id == first.id
    assert other.id != first.id
    assert rows("SELECT task_id FROM job") == [(first.id,), (other.id,)]


def test_a_call_is_the_same_however_it_is_written(app: Celery, rows: Rows) -> None:
    @app.task(name="add", unique="until_done")
    def add(a: object, b: int = 1) -> None: ...

    same = {add.delay(*args, **kwargs).id for args, kwargs in [
        ((7,), {}), ((), {"a": 7}), ((7, 1), {}), ((7,), {"b": 1}), ((), {"b": 1, "a": 7}),
    ]}  # fmt: skip

    assert len(same) == 1
    assert add.delay(7, 2).id not in same
    assert add.delay("7").id not in same
    assert rows(COUNT) == [(3,)]


def test_two_tasks_with_the_same_arguments_are_two(app: Celery, scan: Any) -> None:
    @app.task(name="probe", unique="until_done", unique_on=("directory",))
    def probe(directory: str) -> None: ...

    assert probe.delay("/a").id != scan.delay("/a").id


@pytest.mark.parametrize("change", [end, remove])
def test_it_is_held_until_it_is_done(scan: Any, path: Path, change: Callable[[Path], None]) -> None:
    first = scan.delay("/a")
    claim(path)
    assert scan.delay("/a").id == first.id

    change(path)

    second = scan.delay("/a")
    assert second.id != first.id
    assert scan.delay("/a").id == second.id


@pytest.mark.parametrize("status", ["failed", "cancelled"])
def test_done_is_done_however_it_ended(scan: Any, path: Path, status: str) -> None:
    first = scan.delay("/a")
    end(path, status)

    assert scan.delay("/a").id != first.id


@pytest.mark.parametrize("status", ["pending", "scheduled", "blocked"])
def test_it_is_held_until_it_is_started(app: Celery, path: Path, rows: Rows, status: str) -> None:
    @app.task(name="scan", unique="until_started")
    def scan(directory: str) -> None: ...

    first = scan.delay("/a")
    with open_database(path).writing as connection:
        connection.execute("UPDATE job SET status = ?", (status,))
    assert scan.delay("/a").id == first.id

    claim(path)

    second = scan.delay("/a")
    assert second.id != first.id, "the running one may not have seen what this one is for"
    assert rows(COUNT) == [(2,)]


def test_it_is_held_for_so_many_seconds(app: Celery, path: Path, rows: Rows) -> None:
    @app.task(name="scan", unique=3600)
    def scan(directory: str) -> None: ...

    first = scan.delay("/a")
    end(path)
    assert scan.delay("/a").id == first.id, "whatever became of it"

    with open_database(path).writing as connection:
        connection.execute("UPDATE unique_job SET expires_at = ?", (time.time() - 1,))

    assert scan.delay("/a").id != first.id
    assert rows(COUNT) == [(2,)]


@pytest.mark.parametrize("unique", ["until_done", "until_started"])
def test_a_job_whose_time_is_over_holds_nothing(app: Celery, rows: Rows, unique: str) -> None:
    @app.task(name="scan", unique=unique)
    def scan(directory: str) -> None: ...

    first = scan.apply_async(("/a",), expires=0.001)
    time.sleep(0.01)

    assert scan.delay("/a").id != first.id


def test_a_group_of_the_same(scan: Any, rows: Rows) -> None:
    results = group(scan.s("/a"), scan.s("/a"), scan.s("/b")).delay().results

    assert results[0].id == results[1].id != results[2].id
    assert rows("SELECT task_id FROM job") == [(results[0].id,), (results[2].id,)]


def test_a_batch_of_the_same(app: Celery, scan: Any, rows: Rows) -> None:
    with app.producer_pool.acquire() as producer:
        if not hasattr(producer, "batch"):
            pytest.skip("kombu 5.7 brought batches")
        with producer.batch():
            results = [
                scan.apply_async((directory,), producer=producer)
                for directory in ("/a", "/a", "/b", "/a")
            ]

    ids = [result.id for result in results]
    assert ids[0] == ids[1] == ids[3] != ids[2]
    assert rows("SELECT task_id FROM job") == [(ids[0],), (ids[2],)]


def test_a_chain_whose_head_is_a_duplicate_is_dropped(scan: Any, rows: Rows) -> None:
    first = scan.delay("/a")

    chain(scan.s("/a"), scan.si("/b")).delay()

    assert rows("SELECT task_id FROM job") == [(first.id,)]


def test_the_same_task_id_again_is_no_second_job(scan: Any, rows: Rows) -> None:
    scan.apply_async(("/a",), task_id="mine")
    again = scan.apply_async(("/a",), task_id="mine")

    assert again.id == "mine"
    assert rows(COUNT) == [(1,)]


def test_a_result_tells_of_the_last_time_that_it_was_sent(scan: Any, path: Path) -> None:
    first = scan.delay("/a")
    held = scan.apply_async(("/a",), task_id="mine")
    end(path)
    sent = scan.apply_async(("/a",), task_id="mine")

    assert (held.id, sent.id) == (first.id, "mine")


def test_the_first_ones_result_is_the_seconds_too(scan: Any, working: Working) -> None:
    results = [scan.delay("/a"), scan.delay("/a")]

    with working():
        assert [result.get(timeout=60) for result in results] == ["/a", "/a"]


@pytest.mark.parametrize("status", ["SUCCESS", "FAILURE", "REVOKED"])
def test_who_has_seen_the_result_can_send_it_anew(
    app: Celery, scan: Any, path: Path, status: str
) -> None:
    """The worker settles the job a moment after it has stored the result."""
    first = scan.delay("/a")
    claim(path)
    app.backend.store_result(first.id, "/a", status)

    second = scan.delay("/a")

    assert second.id != first.id
    assert scan.delay("/a").id == second.id


def test_a_retry_to_come_is_no_result(app: Celery, scan: Any, path: Path) -> None:
    first = scan.delay("/a")
    claim(path)
    app.backend.store_result(first.id, ValueError("later"), "RETRY")

    assert scan.delay("/a").id == first.id


def test_the_result_of_an_attempt_before_frees_nothing(app: Celery, scan: Any, path: Path) -> None:
    first = scan.delay("/a")
    app.backend.store_result(first.id, "/a", "SUCCESS")
    assert scan.delay("/a").id == first.id, "it waits, so it will run again"

    claim(path, started_at=time.time() + 1)

    assert scan.delay("/a").id == first.id


def test_a_file_name_that_is_no_text_and_a_long_one(scan: Any, rows: Rows) -> None:
    for name in ("\udcff", "x" * 1000):
        assert scan.delay(name).id == scan.delay(name).id
    assert scan.delay("y" * 1000).id != scan.delay("x" * 1000).id

    assert rows("SELECT max(length(unique_key)) < 100 FROM unique_job") == [(1,)]


def test_a_duplicate_is_durable_as_well(scan: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first one's publisher may have committed it, and not synced it yet."""
    scan.delay("/a")
    syncs = []
    monkeypatch.setattr(Database, "sync", lambda self: syncs.append(self.path))

    scan.delay("/a")

    assert len(syncs) == 1


def test_a_retry_is_the_same_job(app: Celery, working: Working, rows: Rows) -> None:
    @app.task(name="stubborn", bind=True, unique="until_done", max_retries=3)
    def stubborn(self: Any, directory: str) -> str:
        if self.request.retries < 2:
            raise self.retry(countdown=0)
        return directory

    first = stubborn.delay("/a")
    with working():
        assert first.get(timeout=60) == "/a"

    assert rows("SELECT status, retry_count FROM job WHERE type = 'stubborn'") == [("completed", 2)]


def test_in_eager_mode_it_is_not_enforced(app: Celery, scan: Any, path: Path) -> None:
    app.conf.task_always_eager = True

    assert scan.delay("/a").id != scan.delay("/a").id
    assert not path.exists()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"unique": "until_monday"}, "'until_done', 'until_started' or a number"),
        ({"unique": True}, "not True"),
        ({"unique": 0}, "not 0"),
        ({"unique": float("nan")}, "not nan"),
        ({"unique": "until_done", "unique_on": "directory"}, "must be a tuple of names"),
        ({"unique": "until_done", "unique_on": ("year",)}, "names 'year', but the arguments are"),
        ({"limit_on": ("self",)}, "names 'self'"),
    ],
)
def test_a_wrong_option_is_told_when_the_task_is_made(
    app: Celery, options: dict[str, Any], message: str
) -> None:
    with pytest.raises(ImproperlyConfigured, match=message):

        @app.task(name="scan", lazy=False, bind=True, **options)
        def scan(self: Any, directory: str) -> None: ...


def test_an_argument_that_makes_no_key(app: Celery, rows: Rows) -> None:
    @app.task(name="scan", unique="until_done", serializer="pickle")
    def scan(directory: object, other: int = 1) -> None: ...

    with pytest.raises(TypeError, match=r"no key can be made of .*choose others with unique_on"):
        scan.delay(object())


def test_any_named_argument_counts_where_any_can_be_given(app: Celery) -> None:
    @app.task(name="scan", unique="until_done", unique_on=("directory", "depth"))
    def scan(directory: str, **more: int) -> None: ...

    assert scan.delay("/a", depth=1, x=1).id == scan.delay("/a", depth=1, x=2).id
    assert scan.delay("/a", depth=1).id != scan.delay("/a", depth=2).id
