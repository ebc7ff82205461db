"""What unique keys, limits and breakers cost, all of them set and none of them in the way."""

from collections.abc import Callable, Iterator
from itertools import islice
from time import monotonic

from celery import Celery

from benchmarks.batches import fill
from benchmarks.bench import Bench
from benchmarks.contestants import Broker
from benchmarks.figure import Bound, Figure
from benchmarks.jobs import make_app
from benchmarks.messages import TYPE, TaskMessage, task_messages
from benchmarks.samples import Reading
from benchmarks.size import Size
from benchmarks.traffic import WARM_UP, Pace, consume, ready_producer, send
from benchmarks.turns import side_by_side
from benchmarks.worker import new_marks, publish_tasks, worker

WITH, WITHOUT = CONTESTANTS = ("sqlite-controlled", "sqlite-normal")
#: As files are by default: `.delay()` returns when the disk has it.
WITH_DURABLE, DURABLE = DURABLE_ONES = ("sqlite-controlled-durable", "sqlite")
CONTROLLED = (WITH, WITH_DURABLE)
AT_MOST = 1 / 1.15
NEVER_REACHED = 1_000_000


def measure(bench: Bench) -> Iterator[Reading]:
    """Publish, send, consume and work, with and without."""
    measures = {"publish": _publish, "delay": _delay, "consume": _consume, "worker": _work}
    yield from side_by_side(bench, CONTESTANTS, measures)
    measures = {"publish-durable": _publish, "delay-durable": _delay}
    yield from side_by_side(bench, DURABLE_ONES, measures)


def _publish(size: Size, broker: Broker) -> float:
    """Publish through kombu, each message with a unique key and a limit key of its own."""
    source = _keyed(task_messages()) if broker.name in CONTROLLED else task_messages()
    with broker.connection() as connection:
        producer = ready_producer(connection)
        for message in islice(source, WARM_UP):
            send(producer, message)
        return _paced(lambda: send(producer, next(source)), size).rate


def _keyed(messages: Iterator[TaskMessage]) -> Iterator[TaskMessage]:
    for number, message in enumerate(messages):
        key = f'{TYPE} {{"directory":"/srv/media/photos/{number}"}}'
        message.headers["unique"] = {"key": key, "until": "done", "seconds": 0.0}
        message.headers["limit_key"] = key
        yield message


def _delay(size: Size, broker: Broker) -> float:
    """Send through Celery, as an application does."""
    app = make_app(broker.url, broker.options)
    task = app.tasks["bench.unique" if broker.name in CONTROLLED else "bench.plain"]
    numbers = iter(range(NEVER_REACHED))
    try:
        for number in islice(numbers, WARM_UP):
            task.delay(number)
        return _paced(lambda: task.delay(next(numbers)), size).rate
    finally:
        app.pool.force_close_all()
        app.close()


def _paced(step: Callable[[], object], size: Size) -> Pace:
    start = monotonic()
    deadline = start + size.publish_seconds
    sent = 0
    while sent < size.publish_messages and monotonic() < deadline:
        step()
        sent += 1
    return Pace(sent, monotonic() - start)


def _consume(size: Size, broker: Broker) -> float:
    fill(broker, size.consume_messages)
    _limit(broker, TYPE)
    return consume(broker, size.consume_messages, size.consume_seconds).rate


def _work(size: Size, broker: Broker) -> float:
    publish_tasks(broker, "bench.noop", size.worker_tasks)
    _limit(broker, "bench.noop")
    marks = new_marks(broker)
    with worker(broker, marks):
        return marks.wait_count(size.worker_tasks, size.worker_seconds).rate


def _limit(broker: Broker, name: str) -> None:
    """Set every limit that a type can have, so high that it is never reached."""
    if broker.name != WITH:
        return
    from sqlite_transport.jobs import open_jobs

    app = Celery(broker=broker.url, set_as_current=False)
    jobs = open_jobs(app)
    jobs.limit(
        type=name, concurrency=NEVER_REACHED, key_concurrency=NEVER_REACHED, rate=NEVER_REACHED / 2
    )
    jobs.breaker(name)
    app.close()


FIGURE = Figure(
    name="control",
    title="Publish, send, consume and work, with unique keys, limits and a breaker against without",
    units={
        "publish": "messages/s",
        "delay": "tasks/s",
        "consume": "messages/s",
        "worker": "tasks/s",
        "publish-durable": "messages/s",
        "delay-durable": "tasks/s",
    },
    bounds=(
        *(
            Bound(metric, WITH, WITHOUT, at_least=AT_MOST)
            for metric in ("publish", "delay", "consume", "worker")
        ),
        *(
            Bound(metric, WITH_DURABLE, DURABLE, at_least=AT_MOST)
            for metric in ("publish-durable", "delay-durable")
        ),
    ),
    measure=measure,
    notes=(
        "With durability=normal, so that the disk's sync does not hide the rest;"
        " `-durable` is what a file does by default.",
        "`publish` is kombu alone, `delay` the same through Celery.",
    ),
)
