"""A worker and its children are SIGKILLed with jobs in hand; the jobs come back."""

from collections.abc import Iterator
from functools import partial
from time import monotonic, sleep
from typing import Any

from kombu import Consumer

from benchmarks.bench import Bench
from benchmarks.contestants import Broker
from benchmarks.figure import Bound, Figure
from benchmarks.messages import QUEUE
from benchmarks.processes import kill_group
from benchmarks.samples import Reading, Sample
from benchmarks.turns import on_empty_broker
from benchmarks.worker import CONCURRENCY, new_marks, publish_tasks, worker

CONTESTANTS = ("redis", "filesystem", "sqla", "sqlite")
HOLD_SECONDS = 600
START_SECONDS = 20.0
PREFETCH_SECONDS = 1.0
GIVE_UP_SECONDS = 5.0


def measure(bench: Bench) -> Iterator[Reading]:
    """Kill, connect anew, and time until the last job has been delivered again."""
    yield from bench.absent(*CONTESTANTS)
    for turn in range(bench.size.worker_rounds):
        for contestant in bench.present(*CONTESTANTS):
            yield from on_empty_broker(
                bench, contestant, partial(_crash, bench.size.crash_jobs, turn)
            )


def _crash(jobs: int, turn: int, broker: Broker) -> Iterator[Reading]:
    _kill_a_busy_worker(broker, jobs)
    seconds, back = _redelivery(broker, jobs)
    yield Sample("missing", broker.name, turn, jobs - back)
    if back == jobs:
        yield Sample("recovery", broker.name, turn, seconds)


def _kill_a_busy_worker(broker: Broker, jobs: int) -> None:
    publish_tasks(broker, "bench.hold", jobs, HOLD_SECONDS)
    marks = new_marks(broker)
    with worker(broker, marks) as process:
        if marks.wait_count(CONCURRENCY, START_SECONDS).tasks < CONCURRENCY:
            raise RuntimeError(f"the worker on {broker.name} started no job")
        sleep(PREFETCH_SECONDS)
        kill_group(process)


def _redelivery(broker: Broker, jobs: int) -> tuple[float, int]:
    """Seconds from before connecting to the last new job, and how many distinct jobs."""
    seen: set[str] = set()
    start = last = monotonic()

    def on_message(_body: Any, message: Any) -> None:
        nonlocal last
        seen.add(message.headers["id"])
        last = monotonic()

    with broker.connection() as connection:
        consumer = Consumer(connection, [QUEUE], callbacks=[on_message], accept=["json"])
        consumer.consume()
        while len(seen) < jobs and monotonic() < start + GIVE_UP_SECONDS:
            try:
                connection.drain_events(timeout=0.5)
            except TimeoutError:
                continue
        consumer.cancel()
    return last - start, len(seen)


FIGURE = Figure(
    name="crash",
    title="Worker tree SIGKILLed with jobs running (acks late)",
    units={"recovery": "s", "missing": "jobs"},
    bounds=(
        Bound("recovery", "sqlite", at_most=1.0, judge="max"),
        Bound("missing", "sqlite", at_most=0, judge="max"),
    ),
    measure=measure,
    notes=("`missing` are jobs not delivered again within 5 s of a new consumer.",),
)
