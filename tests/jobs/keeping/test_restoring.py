"""A backup takes the queue's place: the whole of it, and nothing of what was there before."""

import threading
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from celery import Celery
from jobs.claimer import Claimer
from jobs.keeping.ended import fill
from jobs.keeping.programs import HOLDER, PUBLISHER, READER
from jobs.keeping.restored import ask, ids
from kombu import Connection
from program import Program
from receiving import PATIENCE, eventually

from sqlite_transport.errors import InTransaction, Replaced
from sqlite_transport.guest import open_guest
from sqlite_transport.jobs import JobError, Jobs, open_jobs
from sqlite_transport.library import sqlite3
from sqlite_transport.outbox import Outbox
from sqlite_transport.pruning import Pruning
from sqlite_transport.status import COMPLETED

Run = Callable[..., Program]


# -- what it does -------------------------------------------------------------------


def test_the_queue_is_as_it_was(app: Celery, jobs: Jobs, source: Path) -> None:
    claimer = Claimer(app)
    claimer.take()
    claimer.finish()
    claimer.close()
    app.send_task("scan", (3,))
    done = jobs.restore(source)
    assert (done.path, done.jobs) == (jobs.broker.database.path, 3)
    assert ids(jobs) == [1, 2, 3]
    assert jobs.broker.database.read("PRAGMA integrity_check") == [("ok",)]
    assert jobs.broker.database.read("PRAGMA journal_mode") == [("wal",)]


def test_what_was_there_is_kept(app: Celery, jobs: Jobs, source: Path, run: Run) -> None:
    """With what is still in the log, which an open reader keeps there."""
    reader = run(READER, jobs.broker.database.path)
    assert reader.read() == "reading"
    app.send_task("scan", (3,))
    first = jobs.restore(source).kept
    second = jobs.restore(source).kept
    assert first is not None
    assert second is not None
    assert first != second, "two in one second"
    assert first.name.startswith("queue.db.before-restore-20")
    assert ask(first, "SELECT count(*) FROM job") == [(4,)]
    assert ask(first, "PRAGMA integrity_check") == [("ok",)]
    assert first.stat().st_mode & 0o777 == 0o600


def test_a_number_does_not_come_back(app: Celery, jobs: Jobs, source: Path) -> None:
    """Of jobs, since logs tell of them, and of sessions, since a living one may have it."""
    app.send_task("scan", (3,))
    for _ in range(3):
        Claimer(app, "other").close()
    before = jobs.broker.database.read("SELECT identity, revision FROM state")[0]
    jobs.restore(source)
    app.send_task("scan", (4,))
    assert ids(jobs) == [1, 2, 3, 5]
    assert jobs.broker.begin_session() == 4
    after = jobs.broker.database.read("SELECT identity, revision FROM state")[0]
    assert after[0] != before[0]
    assert after[1] > before[1]


def test_jobs_that_were_in_work_are_ready_again(app: Celery, jobs: Jobs, tmp_path: Path) -> None:
    """However often they were handed out: that a backup was made is no death."""
    for number in range(3):
        app.send_task("scan", (number,))
    claimer = Claimer(app)
    claimer.take()
    with jobs.broker.database.writing as connection:
        connection.execute("UPDATE job SET deliveries = 5 WHERE id = 1")
        connection.execute("UPDATE job SET accepted = 1 WHERE id = 2")
    source = jobs.backup(tmp_path / "monday.db").path
    claimer.close()
    jobs.restore(source)
    assert ids(jobs) == [1, 3]
    assert ids(jobs, "failed") == [2], "acknowledged when it began: it runs once at most"
    attempts = jobs.broker.database.read("SELECT job_id, status FROM job_attempt ORDER BY job_id")
    assert attempts == [(1, "lost"), (3, "lost")]
    assert jobs.broker.database.read("SELECT count(*) FROM session") == [(0,)]
    again = Claimer(app)
    assert again.take() == [0]
    again.finish()
    assert again.take() == [2]
    again.close()


def test_a_copy_made_otherwise_restores_its_jobs_when_it_is_used(
    app: Celery, jobs: Jobs, tmp_path: Path
) -> None:
    """A session in a copy is dead: its lock belongs to the original."""
    app.send_task("scan", (1,))
    claimer = Claimer(app)
    claimer.take()
    copy = jobs.backup(tmp_path / "copy.db").path
    assert ask(copy, "SELECT status FROM job") == [("processing",)]
    with Connection(f"sqlite:///{copy}") as connection:
        message = connection.SimpleQueue("celery").get(timeout=PATIENCE)
        assert message.headers["task"] == "scan"
        message.ack()
    claimer.close()


# -- who is there -------------------------------------------------------------------


def test_a_living_worker_is_named(jobs: Jobs, source: Path, run: Run) -> None:
    holder = run(HOLDER, jobs.broker.database.path, 1)
    assert holder.read() == "holding"
    pid = holder.process.pid
    with pytest.raises(JobError, match=rf"stop its workers first: .* \(process {pid}\)"):
        jobs.restore(source)
    assert len(list(source.parent.glob("queue.db*"))) == 6, "file, log, index, locks, bells"
    holder.kill()
    assert jobs.restore(source).jobs == 3


STUBBORN = """
    import sys, kombu, sqlite_transport
    from kombu.mixins import ConsumerMixin
    class Consumer(ConsumerMixin):
        connection = kombu.Connection(f"sqlite:///{sys.argv[1]}")
        def get_consumers(self, consumer, channel):
            return [consumer([kombu.Queue("celery")], on_message=self.on_message)]
        def on_message(self, message):
            print(message.headers["id"], flush=True)
            if message.headers["task"] == "wait":
                sys.stdin.readline()
    Consumer().run()
"""


def test_by_force_a_worker_notices_and_connects_anew(
    app: Celery, jobs: Jobs, source: Path, run: Run
) -> None:
    task_ids = [row[0] for row in jobs.broker.database.read("SELECT task_id FROM job")]
    worker = run(STUBBORN, jobs.broker.database.path)
    assert [worker.read() for _ in range(3)] == task_ids
    later = app.send_task("wait", (3,)).id
    assert worker.read() == later  # and it notices nothing until it is told to go on
    jobs.restore(source, force=True)
    [(session, pid)] = jobs.broker.database.read("SELECT id, pid FROM session")
    assert pid == worker.process.pid, "what it claims until it notices is its own"
    worker.say()
    heard: list[str] = []
    while heard[-3:] != task_ids:
        heard.append(worker.read())
    assert later not in heard
    eventually(lambda: jobs.broker.known_sessions() not in ([], [session]))
    [found] = eventually(jobs.workers)
    assert (found.pid, found.queues) == (pid, ("celery",))
    worker.kill()
    assert [each.alive for each in jobs.workers()] == [False]


def test_connections_of_this_process_notice_too(app: Celery, jobs: Jobs, source: Path) -> None:
    claimer = Claimer(app)
    claimer.take()
    jobs.restore(source, force=True)
    with pytest.raises(Replaced, match=r"the file was .* connect anew"):
        eventually(claimer.take)
    claimer.close()
    again = Claimer(app)
    assert again.take() == [0, 1, 2]
    again.close()


def test_a_publisher_goes_on_as_if_nothing_had_been(jobs: Jobs, source: Path, run: Run) -> None:
    publisher = run(PUBLISHER, jobs.broker.database.path)
    assert publisher.ask("before") == "accepted"
    jobs.restore(source)
    assert publisher.ask("after") == "accepted"
    task_ids = [row[0] for row in jobs.broker.database.read("SELECT task_id FROM job ORDER BY id")]
    assert "before" not in task_ids
    assert task_ids[-1] == "after"


def test_another_program_that_writes_is_waited_for_and_then_refused(
    app: Celery, source: Path
) -> None:
    jobs = open_jobs(app)
    with closing(sqlite3.connect(str(jobs.broker.database.path), isolation_level=None)) as foreign:
        foreign.execute("BEGIN IMMEDIATE")
        with pytest.raises(Exception, match="another program holds the database locked"):
            jobs.restore(source)
        foreign.execute("ROLLBACK")
    assert ids(jobs) == [1, 2, 3]


def test_what_is_about_to_be_deleted_is_not_deleted_from_the_restored_file(
    jobs: Jobs, tmp_path: Path
) -> None:
    """Who read numbers before the restore must not apply them after it."""
    fill(jobs.broker, 5)
    source = jobs.backup(tmp_path / "monday.db").path
    outbox = Outbox(jobs.broker.database)
    batch = outbox.take()
    assert batch is not None
    jobs.restore(source)
    outbox.remove(batch)
    assert len(ids(jobs, "completed")) == 5


def test_what_is_about_to_be_pruned_and_waits_again_stays(jobs: Jobs, source: Path) -> None:
    with jobs.broker.database.writing as connection:
        connection.execute("UPDATE job SET status = 'completed', completed_at = 1")
    pruning = Pruning(jobs.broker.database)
    before = pruning._slices.transaction

    def late(database: Any) -> Any:
        jobs.restore(source)
        return before(database)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pruning._slices, "transaction", late)
        pruning._delete(COMPLETED, (time.time(), 2**62))
    assert ids(jobs) == [1, 2, 3]
    assert not pruning.deleted[COMPLETED]


# -- who listens, and the user's own transactions ------------------------------------------


LISTENER = """
    import sys
    from celery import Celery
    from kombu.exceptions import OperationalError
    from sqlite_transport.jobs import open_jobs
    jobs = open_jobs(Celery(broker=f"sqlite:///{sys.argv[1]}", set_as_current=False))
    with jobs.events() as events:
        print("listening", flush=True)
        try:
            for event in events:
                print(event.name, flush=True)
        except OperationalError as error:
            print(error, flush=True)
"""


def test_who_listens_to_events_notices(app: Celery, jobs: Jobs, source: Path, run: Run) -> None:
    """The restored file tells nothing to anybody until somebody listens anew."""
    listener = run(LISTENER, jobs.broker.database.path)
    assert listener.read() == "listening"
    app.send_task("scan")
    assert listener.read() == "job:created"
    watched = jobs.backup(source.with_name("watched.db")).path
    jobs.restore(watched, force=True)
    assert "was restored from a backup while it was in use" in listener.read()
    listener.finish()
    triggers = "SELECT count(*) FROM sqlite_schema WHERE type = 'trigger'"
    assert jobs.broker.database.read(triggers) == [(0,)]
    assert jobs.broker.database.read("SELECT count(*) FROM subscriber") == [(0,)]
    with jobs.events(timeout=PATIENCE) as events:
        app.send_task("scan")
        assert next(events).name == "job:created"


def test_a_transaction_of_the_users_own_is_waited_for(
    app: Celery, jobs: Jobs, source: Path
) -> None:
    guest = open_guest(jobs.broker.database.path)
    guest.begin()
    with pytest.raises(InTransaction):
        jobs.restore(source)
    with pytest.raises(InTransaction):
        jobs.vacuum()
    guest.execute("UPDATE job SET type = 'mine'")
    done: list[Any] = []
    thread = threading.Thread(target=lambda: done.append(jobs.restore(source)))
    thread.start()
    thread.join(0.3)
    assert not done
    guest.commit()
    thread.join(PATIENCE)
    assert [each.jobs for each in done] == [3]
    assert ask(done[0].kept, "SELECT DISTINCT type FROM job") == [("mine",)]
    assert guest.execute("SELECT DISTINCT type FROM job").fetchall() == [("scan",)]
    guest.close()
