"""The doctor on the jobs in the file: each bad state is brought about for real."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from celery import Celery
from jobs.claimer import Claimer
from jobs.keeping.programs import HOLDER
from program import Program

from sqlite_transport import doorbell
from sqlite_transport.database import close_databases
from sqlite_transport.jobs import Jobs
from sqlite_transport.jobs.doctor import Finding, examine
from sqlite_transport.waiters import Waiter

DAY = 86400.0


def of(findings: list[Finding], name: str) -> Finding:
    [found] = [each for each in findings if each.name == name]
    return found


@pytest.fixture
def write(jobs: Jobs) -> Callable[..., None]:
    """Write by hand, as somebody might with the sqlite3 shell."""

    def write(sql: str, *parameters: object) -> None:
        with jobs.broker.database.writing as connection:
            connection.execute(sql, parameters)

    return write


def test_a_worker_that_died_unnoticed(
    app: Celery, jobs: Jobs, path: Path, run: Callable[..., Program]
) -> None:
    for _ in range(2):
        app.send_task("scan")
    holder = run(HOLDER, path, 2)
    holder.read()
    assert of(jobs.doctor(), "sessions").message == "1 sessions, all alive"
    holder.kill()
    found = of(jobs.doctor(), "sessions")
    assert found.level == "warning"
    assert f"process {holder.process.pid}" in found.message
    assert "2 jobs wait in their hands" in found.message
    close_databases()
    assert of(examine(path), "sessions").message == found.message, "by its path alone too"
    Path(f"{path}-live").unlink()
    assert of(examine(path), "sessions").message == found.message, "and without the lock file"
    assert not Path(f"{path}-live").exists()


def test_a_job_without_a_session(app: Celery, jobs: Jobs, write: Callable[..., None]) -> None:
    app.send_task("scan")
    write("UPDATE job SET status = 'processing', session = 77")
    found = of(jobs.doctor(), "owners")
    assert (found.level, found.fix) == ("error", "put them back with reset_stalled")


def test_a_queue_that_nobody_consumes_from(app: Celery, jobs: Jobs) -> None:
    app.send_task("scan", (1,), queue="films")
    claimer = Claimer(app, "celery")
    found = of(jobs.doctor(), "queues")
    assert found.level == "warning"
    assert found.message.startswith("nobody consumes from films (1 jobs, the oldest for")
    claimer.close()
    claimer = Claimer(app, "films", prefetch=1)
    claimer.take()
    assert of(jobs.doctor(), "queues").level == "ok"
    claimer.close()


def test_work_that_piles_up(app: Celery, jobs: Jobs, write: Callable[..., None]) -> None:
    claimer = Claimer(app, "films", prefetch=1)
    app.send_task("scan", (1,), queue="films")
    claimer.take()
    app.send_task("scan", (1,), queue="films")
    write("UPDATE job SET created_at = created_at - 7300")
    found = of(jobs.doctor(), "queues")
    assert found.message == "the work piles up in films (1 jobs, the oldest for 2 hours)"
    claimer.close()


def test_a_dead_consumer_is_none(
    app: Celery, jobs: Jobs, path: Path, run: Callable[..., Program]
) -> None:
    app.send_task("scan")
    holder = run(HOLDER, path, 1)
    holder.read()
    app.send_task("scan")
    holder.kill()
    jobs.broker.reap(jobs.broker.known_sessions(), 5)
    assert "nobody consumes from celery (2 jobs" in of(jobs.doctor(), "queues").message


def test_jobs_that_kill_their_workers(
    app: Celery, jobs: Jobs, path: Path, run: Callable[..., Program]
) -> None:
    app.send_task("scan")
    for _ in range(5):
        holder = run(HOLDER, path, 1)
        holder.read()
        holder.kill()
        jobs.broker.reap(jobs.broker.known_sessions(), 5)
    found = of(jobs.doctor(), "poison")
    assert found.level == "warning"
    assert found.message.startswith("1 jobs were given up in the last day")
    assert found.message.endswith(": scan")


def test_a_pause_that_was_forgotten(app: Celery, jobs: Jobs, write: Callable[..., None]) -> None:
    app.send_task("scan", queue="films")
    jobs.pause(queue="films")
    assert of(jobs.doctor(), "controls").message == "1 set"
    write("UPDATE control SET paused_at = paused_at - ?", 3 * DAY)
    found = of(jobs.doctor(), "controls")
    assert (found.level, found.fix) == ("warning", "resume what may run")
    assert found.message == "paused for more than a day: queue films (3 days)"


def test_a_control_that_workers_are_not_told_of(
    app: Celery, jobs: Jobs, write: Callable[..., None]
) -> None:
    app.send_task("scan", queue="other")
    write("INSERT INTO control (kind, name, paused_at) VALUES ('queue', 'films', ?)", time.time())
    found = of(jobs.doctor(), "controls")
    assert (found.level, found.fix[:9]) == ("error", "pause any")
    jobs.pause(queue="other")
    jobs.resume(queue="other")
    assert of(jobs.doctor(), "controls").level == "ok"


@pytest.mark.parametrize(
    "sql",
    ["DELETE FROM state", "INSERT INTO state (revision, last_job_id, identity) VALUES (1, 1, '')"],
)
def test_a_state_that_is_not_one_row(jobs: Jobs, write: Callable[..., None], sql: str) -> None:
    write(sql)
    assert "rows instead of one" in of(jobs.doctor(), "controls").message


def test_a_unique_key_of_no_job(jobs: Jobs, write: Callable[..., None]) -> None:
    write("INSERT INTO unique_job (unique_key, job_id, until) VALUES ('k', 99, 'done')")
    assert of(jobs.doctor(), "unique").level == "error"


# -- the clock --------------------------------------------------------------------------


def test_a_clock_that_was_set_back(app: Celery, jobs: Jobs, write: Callable[..., None]) -> None:
    """Jobs published before are from the future now."""
    for _ in range(3):
        app.send_task("scan")
    assert of(jobs.doctor(), "clock").level == "ok"
    write("UPDATE job SET created_at = created_at + 7300 WHERE id < 3")
    found = of(jobs.doctor(), "clock")
    assert found.level == "warning"
    assert found.message.startswith("2 of the newest jobs are from the future, by 2 hours")


def test_a_clock_that_went_back_and_is_right_now(
    app: Celery, jobs: Jobs, write: Callable[..., None]
) -> None:
    for _ in range(3):
        app.send_task("scan")
    write("UPDATE job SET created_at = created_at - 900 WHERE id > 1")
    found = of(jobs.doctor(), "clock")
    assert found.message == (
        "the clock has gone back 1 times among the newest jobs, by up to 15 minutes"
    )


def test_milliseconds_taken_for_seconds(
    app: Celery, jobs: Jobs, write: Callable[..., None]
) -> None:
    app.send_task("scan", countdown=3600)
    assert of(jobs.doctor(), "schedule").level == "ok"
    write("UPDATE job SET due_at = due_at * 1000")
    found = of(jobs.doctor(), "schedule")
    assert found.level == "warning"
    assert "in the year 5" in found.message


# -- pipes ------------------------------------------------------------------------------


def test_pipes_that_nobody_reads(jobs: Jobs, path: Path) -> None:
    waiter = Waiter(path)
    assert of(jobs.doctor(), "pipes").level == "ok"
    waiter.close()
    assert of(jobs.doctor(), "pipes").level == "ok"
    bell = doorbell.Bell(path, 99)
    found = of(jobs.doctor(), "pipes")
    assert (found.level, found.fix) == ("warning", f"rm {bell.path}")
    bell.close()


LEFT = """
    import os, sys
    from pathlib import Path
    from sqlite_transport.waiters import Waiter
    waiter = Waiter(Path(sys.argv[1]))
    print(waiter.path, flush=True)
    os.kill(os.getpid(), 9)
"""


def test_the_pipe_of_a_dead_thread(jobs: Jobs, path: Path, run: Callable[..., Program]) -> None:
    program = run(LEFT, path)
    left = program.read()
    program.process.wait()
    assert of(jobs.doctor(), "pipes").fix == f"rm {left}"
