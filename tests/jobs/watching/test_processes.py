"""Who listens and who changes something are in any processes, and may die."""

import signal
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress

import pytest
from celery import Celery
from hearing import PATIENCE, triggers
from kombu import Queue
from receiving import eventually

from sqlite_transport import event_triggers
from sqlite_transport.jobs import Jobs

Start = Callable[..., subprocess.Popen[str]]


def test_a_commit_wakes_at_once(jobs: Jobs, app: Celery, monkeypatch: pytest.MonkeyPatch) -> None:
    """With no sweep in sight only the bell can."""
    monkeypatch.setattr("sqlite_transport.jobs.subscription.SWEEP", 3600.0)
    with jobs.events(timeout=PATIENCE) as subscription:
        sending = threading.Timer(0.2, app.send_task, ("scan",))
        sending.start()
        assert next(subscription).type == "scan"
        sending.join()


OTHER = """
import sys
from celery import Celery
app = Celery(broker=sys.argv[1])
app.send_task("before")
print("ready", flush=True)
sys.stdin.readline()
app.send_task("after")
"""


def test_a_publisher_elsewhere_knows_of_it_at_once(
    jobs: Jobs, app: Celery, run: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sqlite_transport.jobs.subscription.SWEEP", 3600.0)
    process = run(OTHER, app.conf.broker_url)
    assert process.stdin
    assert process.stdout
    assert process.stdout.readline() == "ready\n"
    with jobs.events(timeout=PATIENCE) as subscription:
        process.stdin.write("\n")
        process.stdin.flush()
        assert next(subscription).type == "after"


LISTENER = """
import sys
from celery import Celery
from sqlite_transport.jobs import open_jobs
with open_jobs(Celery(broker=sys.argv[1])).events(timeout=60) as events:
    print("listening", flush=True)
    for event in events:
        print(event.id, event.name, event.job_id, flush=True)
"""


def test_the_killed_leave_nothing_behind(jobs: Jobs, app: Celery, run: Start) -> None:
    """Two listen. One is killed: the other hears on. That one too: it is as if nobody had."""
    first, second = run(LISTENER, app.conf.broker_url), run(LISTENER, app.conf.broker_url)
    assert first.stdout is not None
    assert second.stdout is not None
    assert first.stdout.readline() == second.stdout.readline() == "listening\n"
    app.send_task("one")
    heard = first.stdout.readline()
    assert heard.split()[1:] == ["job:created", "1"]
    assert second.stdout.readline() == heard

    first.send_signal(signal.SIGKILL)
    first.wait()
    eventually(lambda: jobs.broker.database.read("SELECT count(*) FROM subscriber") == [(1,)])
    assert len(triggers(jobs)) == len(event_triggers.TRIGGERS)
    app.send_task("two")
    assert second.stdout.readline().split()[1:] == ["job:created", "2"]

    second.send_signal(signal.SIGKILL)
    second.wait()
    with jobs.events(timeout=PATIENCE):
        # Whoever comes next finds the dead.
        assert jobs.broker.database.read("SELECT count(*) FROM subscriber") == [(1,)]
    assert triggers(jobs) == []
    assert jobs.broker.database.read("SELECT count(*) FROM event") == [(0,)]


def test_a_consumer_finds_a_dead_listener(jobs: Jobs, app: Celery, run: Start) -> None:
    listener = run(LISTENER, app.conf.broker_url)
    assert listener.stdout
    assert listener.stdout.readline() == "listening\n"
    with app.connection_for_read() as connection, connection.Consumer(Queue("films")):
        assert triggers(jobs) != []
        listener.kill()
        listener.wait()
        deadline = time.monotonic() + PATIENCE
        while triggers(jobs) and time.monotonic() < deadline:
            with suppress(TimeoutError):
                connection.drain_events(timeout=0.1)
    assert triggers(jobs) == []


PUBLISHER = """
import sys
from celery import Celery
app = Celery(broker=sys.argv[1])
for number in range(int(sys.argv[2])):
    app.send_task("film", (number,))
"""

CONSUMER = """
import sys
from kombu import Connection, Queue
import sqlite_transport
left = int(sys.argv[2])
def on_message(message):
    global left
    left -= 1
    message.ack()
with Connection(sys.argv[1]) as connection:
    with connection.Consumer(Queue("celery"), on_message=on_message, prefetch_count=100):
        while left:
            connection.drain_events(timeout=60)
"""


@pytest.mark.timeout(1800)
def test_ten_thousand_jobs_are_told_from_their_beginning_to_their_end(
    jobs: Jobs, app: Celery, run: Start
) -> None:
    count = 10_000
    url = f"{app.conf.broker_url}?durability=normal"
    stories: dict[int, list[str]] = {}
    with jobs.events(timeout=PATIENCE) as subscription:
        last = subscription.position
        for _ in range(2):
            run(PUBLISHER, url, count // 2)
        run(CONSUMER, url, count)
        ended = 0
        for event in subscription:
            assert event.id == last + 1, "ids have no gaps"
            last = event.id
            assert event.job_id is not None
            stories.setdefault(event.job_id, []).append(event.name)
            ended += event.name == "job:completed"
            if ended == count:
                break
    assert len(stories) == count
    assert Counter(map(tuple, stories.values())) == {
        ("job:created", "job:started", "job:completed"): count
    }
