"""What the doomed processes do, and how the file is looked at afterwards.

Each function takes the path of the database; what it returns goes to the test
as JSON.
"""

import os
import signal
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import kombu

from sqlite_transport.database import close_databases, open_database
from sqlite_transport.history import Outcome
from sqlite_transport.library import sqlite3
from sqlite_transport.pruning import Pruning
from sqlite_transport.retention import OFF, Retention
from sqlite_transport.status import COMPLETED, FAILED, RETRIED

BOTH = kombu.Exchange("both", type="fanout")
LEFT = kombu.Queue("left", BOTH)
RIGHT = kombu.Queue("right", BOTH)
JOBS = kombu.Queue("jobs")
IDS = [f"job-{number}" for number in range(8)]
PATIENCE = 100.0


def connect(database: str) -> kombu.Connection:
    return kombu.Connection(f"sqlite:///{database}")


def headers(task_id: str) -> dict[str, object]:
    return {"task": "doomed", "id": task_id}


class Notes:
    """What was accepted, a quoted line for each; a torn one lacks its second quote."""

    def __init__(self, database: str) -> None:
        self._file = os.open(f"{database}.accepted", os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    def accepted(self, name: str) -> None:
        os.write(self._file, f'\n"{name}"\n'.encode())


def publish(database: str) -> None:
    """Create the file; publish one message, one to two queues, and a batch."""
    notes = Notes(database)
    with connect(database) as connection:
        producer = connection.Producer()
        producer.publish("", routing_key="left", headers=headers("one"), declare=[LEFT, RIGHT])
        notes.accepted("one")
        producer.publish("", exchange=BOTH, headers=headers("both"))
        notes.accepted("both")
        with producer.batch():
            for number in range(3):
                producer.publish("", routing_key="right", headers=headers(f"batch-{number}"))
        notes.accepted("batch")
    close_databases()


def fill(database: str) -> None:
    with connect(database) as connection:
        producer = connection.Producer()
        for task_id in IDS:
            producer.publish("x" * 100, routing_key="jobs", headers=headers(task_id))
    close_databases()


def consume(database: str) -> None:
    """Ack most jobs, reject one, and put one back once."""
    handled = 0

    def on_message(message: kombu.Message) -> None:
        nonlocal handled
        handled += 1
        if message.headers["id"] == IDS[3]:
            message.reject()
        elif message.headers["id"] == IDS[4] and not message.headers.get("redelivered"):
            message.requeue()
        else:
            message.ack()

    with (
        connect(database) as connection,
        kombu.Consumer(connection, [JOBS], on_message=on_message, prefetch_count=3),
    ):
        while handled < len(IDS) + 1:
            connection.drain_events(timeout=PATIENCE)
    close_databases()


def work(database: str) -> None:
    """Do as a worker does: tell when jobs begin and how they end, and try one again."""
    ended: list[str] = []

    def on_message(message: kombu.Message) -> None:
        task_id, channel, delivery = message.headers["id"], message.channel, message.delivery
        if task_id == IDS[0]:
            delivery.begun = (time.time(), "worker")
            channel.begin(delivery)
        elif task_id == IDS[1]:
            delivery.outcome = Outcome(FAILED, "ValueError: x", "Traceback", "worker")
        elif task_id == IDS[2] and delivery.attempt == 0:
            again = {**headers(task_id), "retries": 1}
            producer.publish("x" * 100, routing_key="jobs", headers=again)
            delivery.outcome = Outcome(RETRIED, "ValueError: y", "Traceback", "worker")
        elif task_id == IDS[3]:
            delivery.early = True
        message.ack()
        if task_id == IDS[3]:
            channel.connection.inbox.flush()
            channel.conclude(delivery, Outcome(COMPLETED, worker="worker"))
        ended.append(task_id)

    with connect(database) as connection:
        producer = connection.Producer()
        with kombu.Consumer(connection, [JOBS], on_message=on_message, prefetch_count=3):
            while len(ended) < len(IDS) + 1:
                connection.drain_events(timeout=PATIENCE)
    close_databases()


def prune(database: str) -> None:
    """Delete the history, but for the newest job of it."""
    kept = Retention(count=1)
    while Pruning(open_database(Path(database))).run({COMPLETED: kept, FAILED: OFF}, time.time()):
        pass
    close_databases()


def die_with_claims(database: str) -> None:
    """Claim three jobs and be killed."""
    connection = connect(database)
    kombu.Consumer(connection, [JOBS], on_message=lambda _: None, prefetch_count=3).consume()
    connection.drain_events(timeout=PATIENCE)
    os.kill(os.getpid(), signal.SIGKILL)


def restore(database: str) -> None:
    """Find the dead session and put back what it left."""
    with connect(database) as connection, connection.channel() as channel:
        message = channel.basic_get("jobs")
        if message is not None:
            message.ack()
    close_databases()


def purge(database: str) -> None:
    """Purge the jobs."""
    with connect(database) as connection:
        JOBS(connection.channel()).purge()
    close_databases()


def publish_more(database: str) -> None:
    """Publish three jobs that nobody published before."""
    notes = Notes(database)
    with connect(database) as connection:
        producer = connection.Producer()
        for number in range(3):
            task_id = f"{os.getpid()}-{time.time_ns()}-{number}"
            producer.publish("", routing_key="jobs", headers=headers(task_id))
            notes.accepted(task_id)
    close_databases()


def consume_some(database: str) -> None:
    """Take up to six jobs, and be content with fewer."""
    with connect(database) as connection, connection.channel() as channel:
        channel.basic_qos(prefetch_count=4)
        with kombu.Consumer(channel, [JOBS], on_message=lambda message: message.ack()):
            for _ in range(6):
                with suppress(TimeoutError):
                    connection.drain_events(timeout=0.001)
    close_databases()


def live(database: str) -> None:
    """Publish and consume, beside those who die, until the file `stop` is there."""
    count = 0
    notes, stop = Notes(database), Path(f"{database}.stop")
    with connect(database) as own:
        producer = own.Producer()
        with kombu.Consumer(own, [JOBS], on_message=lambda message: message.ack()):
            while not stop.exists():
                count += 1
                producer.publish("", routing_key="jobs", headers=headers(f"neighbour-{count}"))
                notes.accepted(f"neighbour-{count}")
                for _ in range(3):
                    with suppress(TimeoutError):
                        own.drain_events(timeout=0.005)


LOOKS = {
    "queue": "SELECT queue, task_id FROM job_queue WHERE accepted = 0",
    "accepted": "SELECT queue, task_id FROM job_queue WHERE accepted = 1",
    "history": "SELECT queue, task_id FROM job_history",
    "attempts": "SELECT job_id, retry_count FROM job_attempt WHERE status = 'retried'",
}


def look(database: str) -> dict[str, object]:
    """Return what is in the file, as SQLite itself reads it; nothing is changed."""
    if not Path(database).exists():
        return {"integrity": "ok", "queue": [], "accepted": [], "history": [], "attempts": []}
    connection = sqlite3.connect(database, isolation_level=None)
    try:
        made = connection.execute("PRAGMA user_version").fetchone()[0]
        return {
            "integrity": connection.execute("PRAGMA integrity_check").fetchone()[0],
            **{name: rows(connection, query) if made else [] for name, query in LOOKS.items()},
        }
    finally:
        connection.close()


def rows(connection: sqlite3.Connection, query: str) -> list[list[str]]:
    return sorted(map(list, connection.execute(query).fetchall()))


def finish(database: str) -> dict[str, object]:
    """Do all that is left to do, as the next consumer does; return what it was and the rest."""
    handled: list[list[str]] = []

    def handler(queue: str) -> Callable[[kombu.Message], None]:
        def on_message(message: kombu.Message) -> None:
            handled.append([queue, message.headers["id"]])
            message.ack()

        return on_message

    deadline = time.monotonic() + PATIENCE
    with connect(database) as connection:
        for queue in (JOBS, LEFT, RIGHT):
            kombu.Consumer(connection, [queue], on_message=handler(queue.name)).consume()
        while (
            look(database)["queue"] or look(database)["accepted"]
        ) and time.monotonic() < deadline:
            with suppress(TimeoutError):
                connection.drain_events(timeout=0.02)
    close_databases()
    bells = Path(f"{database}-bells")
    return {
        "handled": handled,
        "bells": sorted(path.name for path in bells.iterdir()) if bells.exists() else [],
        **look(database),
    }


if __name__ == "__main__":
    live(sys.argv[1])
