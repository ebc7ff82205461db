"""The history goes as far as it is said, to the end."""

from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from celery import Celery
from history_store.look import job_ids
from history_store.samples import NOW, entry
from jobs.keeping.ended import fill, left
from program import Program

from sqlite_transport import pruning
from sqlite_transport.history_store.store import Store
from sqlite_transport.jobs import JobError, Jobs, cleaning, open_jobs

DAY = 86400.0


@pytest.fixture
def with_history(app: Celery, tmp_path: Path) -> tuple[Jobs, str]:
    """Jobs whose history is elsewhere, and where."""
    url = f"sqlite:///{tmp_path}/history.db"
    app.conf.broker_transport_options = {"history_url": url, "history_failed": "1"}
    return open_jobs(app), url


def test_by_default_it_goes_by_the_options(app: Celery) -> None:
    app.conf.broker_transport_options = {"history_completed": "2d", "history_failed": "10"}
    jobs = open_jobs(app)
    for status in ("completed", "failed", "cancelled"):
        fill(jobs.broker, 20, status, age=3 * DAY)
        fill(jobs.broker, 20, status)
    assert jobs.cleanup() == {"completed": 20, "failed": 30, "cancelled": 0, "results": 0}
    assert [left(jobs.broker, each) for each in ("completed", "failed", "cancelled")] == [
        20,
        10,
        40,
    ]


def test_what_is_said_goes_before_the_options(jobs: Jobs) -> None:
    for status in ("completed", "failed", "cancelled"):
        fill(jobs.broker, 20, status)
    counts = jobs.cleanup(completed="5", failed=7, cancelled="forever")
    assert counts == {"completed": 15, "failed": 13, "cancelled": 0, "results": 0}


def test_it_comes_to_the_end_however_much_there_is(
    jobs: Jobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(jobs.broker, 5000)
    monkeypatch.setattr(pruning, "AT_ONCE", 0.0)
    told: list[int] = []
    assert jobs.cleanup(completed=0, progress=lambda done, _: told.append(done))["completed"] == (
        5000
    )
    assert left(jobs.broker) == 0
    assert told == sorted(told)
    assert len(set(told)) > 2
    assert told[-1] == 5000


def test_waiting_jobs_are_left_alone(app: Celery, jobs: Jobs) -> None:
    app.send_task("scan")
    jobs.cleanup(completed=0, failed=0, cancelled=0)
    assert jobs.broker.database.read("SELECT count(*) FROM job_queue") == [(1,)]


def test_off_must_be_meant(jobs: Jobs) -> None:
    fill(jobs.broker, 3)
    with pytest.raises(JobError, match="completed: write 0 to delete all of it, not 'off'"):
        jobs.cleanup(completed="off")
    with pytest.raises(JobError, match="completed must be"):
        jobs.cleanup(completed=10**18)
    assert left(jobs.broker) == 3


@pytest.mark.parametrize("wrong", ["soon", "-1d", "", True, "30d;10"])
def test_what_is_no_retention_is_refused(jobs: Jobs, wrong: Any) -> None:
    with pytest.raises(JobError, match="failed must be 'off', 'forever', an age such as '30d'"):
        jobs.cleanup(failed=wrong)


def test_expired_results_go_too(jobs: Jobs) -> None:
    with jobs.broker.database.writing as connection:
        for number, expires_at in enumerate((1.0, 2.0, 9e9)):
            connection.execute(
                "INSERT INTO result (task_id, status, payload, updated_at, expires_at)"
                " VALUES (?, 'SUCCESS', '', 0, ?)",
                (str(number), expires_at),
            )
        connection.execute("INSERT INTO group_result VALUES ('g', '', 0, 1)")
    assert jobs.cleanup()["results"] == 3
    assert jobs.broker.database.read("SELECT task_id FROM result") == [("2",)]


def test_a_history_elsewhere_is_cleaned_there(with_history: tuple[Jobs, str]) -> None:
    jobs, url = with_history
    with closing(Store(url)) as store:
        store.record(
            [entry(f"f:{n}", status="failed", completed_at=NOW + n) for n in range(3)],
            [],
            {"failed"},
        )
    fill(jobs.broker, 4, "failed")
    assert jobs.cleanup(cancelled=0)["failed"] == 2
    assert job_ids(url) == ["f:2"]
    assert left(jobs.broker, "failed") == 4, "what has not been shipped yet stays"


SHIPPING_FOR_EVER = """
    import sys, time
    from pathlib import Path
    from sqlite_transport.liveness import Liveness
    from sqlite_transport.shipper import SHIPPING
    liveness = Liveness(Path(sys.argv[1]))
    assert liveness.try_hold(SHIPPING)
    print("shipping", flush=True)
    time.sleep(600)
"""


def test_it_does_not_get_in_the_way_of_who_ships(
    with_history: tuple[Jobs, str], run: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    jobs, url = with_history
    with closing(Store(url)) as store:
        store.record([entry("f:1")], [], {"completed"})
    shipping: Program = run(SHIPPING_FOR_EVER, jobs.broker.database.path)
    assert shipping.read() == "shipping"
    monkeypatch.setattr(cleaning, "PATIENCE", 0.2)
    with pytest.raises(JobError, match="a worker is shipping the history"):
        jobs.cleanup(completed=0)
    assert job_ids(url) == ["f:1"]
    shipping.kill()
    assert jobs.cleanup(completed=0)["completed"] == 1
