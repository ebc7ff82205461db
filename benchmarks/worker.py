"""A real `celery worker` on a contestant's broker."""

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from subprocess import Popen

from benchmarks.app import BROKER, MARKS, OPTIONS, RESULTS
from benchmarks.contestants import Broker
from benchmarks.jobs import make_app
from benchmarks.marks import Marks
from benchmarks.processes import running

HOMES = "workers"
CONCURRENCY = 2
PREFETCH_MULTIPLIER = 16
READY_SECONDS = 90.0


class WorkerFailedError(Exception):
    """The worker did not come up; the message is the end of its log."""


def new_marks(broker: Broker, stamps: int = 0) -> Marks:
    """Make a new marks file beside the broker's own."""
    return Marks.create(broker.directory / f"marks-{os.urandom(4).hex()}", stamps)


@contextmanager
def worker(broker: Broker, marks: Marks) -> "Iterator[Popen[bytes]]":
    """Run a prefork worker of two; it is ready on entry and killed at the end.

    Mingle, gossip and heartbeats are as Celery has them by default.
    """
    home = broker.directory / HOMES / f"worker-{os.urandom(4).hex()}"
    home.mkdir(parents=True)
    log = home / "log"
    environment = {
        BROKER: broker.url,
        OPTIONS: json.dumps(broker.options),
        RESULTS: broker.results,
        MARKS: str(marks.path),
    }
    with running(_command(home.name), home, log=log, environment=environment) as process:
        if not marks.wait_ready(READY_SECONDS):
            tail = log.read_text(errors="replace")[-2000:]
            raise WorkerFailedError(f"worker on {broker.name} not ready: {tail}")
        yield process


def publish_tasks(broker: Broker, task: str, count: int, *args: object) -> None:
    """Send so many tasks, in batches where the broker can."""
    app = make_app(broker.url, broker.options)
    signature = app.tasks[task]
    with app.connection_for_write() as connection, app.amqp.Producer(connection) as producer:
        if hasattr(producer, "batch"):
            with producer.batch(max_size=100):
                for _ in range(count):
                    signature.apply_async(args, producer=producer)
        else:
            for _ in range(count):
                signature.apply_async(args, producer=producer)
    app.close()


def _command(name: str) -> list[str]:
    command = [sys.executable, "-W", "ignore", "-m", "celery", "-A", "benchmarks.app"]
    command += ["--quiet", "--skip-checks", "worker", "--hostname", f"{name}@localhost"]
    command += ["--pool", "prefork", "--concurrency", str(CONCURRENCY)]
    command += ["--prefetch-multiplier", str(PREFETCH_MULTIPLIER), "--loglevel", "WARNING"]
    return command
