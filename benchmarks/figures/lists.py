"""An operator's questions, with a long history and a long queue, while others write."""

import gc
import json
import sys
from collections.abc import Callable, Iterator
from functools import partial
from statistics import quantiles
from time import monotonic
from typing import Any

from celery import Celery

from benchmarks import past
from benchmarks.bench import Bench
from benchmarks.contestants import Broker
from benchmarks.figure import Bound, Figure
from benchmarks.processes import running
from benchmarks.samples import Reading, Sample
from benchmarks.turns import on_empty_broker
from sqlite_transport.jobs import Jobs, NoSuchJob, open_jobs
from sqlite_transport.search.indexing import Indexing
from sqlite_transport.search.tables import want

CONTESTANT = "sqlite"
LIMIT = 50
MOST_MILLISECONDS = 50.0
#: Pages that are turned before a deep one.
DEEP = 40
#: It has to look up the type of each job that is pending.
FIRST_STATS = "stats: first of a process"
RARE, UNHEARD = "wolfsong sunlight", "xylophone"

Ask = Callable[..., Any]

#: By name: what is asked, of `list` and of `history`.
LISTS: dict[str, dict[str, Any]] = {
    "all": {},
    "common type": {"type": "scan-movie"},
    "type that hardly waits": {"type": "archive"},
    "type that never waits": {"type": "webhook"},
    "queue": {"queue": "low"},
    "queue and type": {"queue": "low", "type": "archive"},
    "text in all": {"text": "movies"},
    "text in some": {"text": "wolfsong"},
    "text in few": {"text": RARE},
    "text in none": {"text": UNHEARD},
    "type and text": {"type": "copy", "text": RARE},
    "a letter": {"text": "s"},
}
HISTORIES: dict[str, dict[str, Any]] = {
    "all": {},
    "status": {"status": "failed"},
    "common type": {"type": "scan-movie"},
    "rare type": {"type": "webhook"},
    "rare type and status": {"type": "webhook", "status": "failed"},
    "common type, rare status": {"type": "copy", "status": "cancelled"},
    "no such type": {"type": "none"},
    "queue": {"queue": "low"},
    "text in all": {"text": "movies"},
    "text in some": {"text": "wolfsong"},
    "text in few": {"text": RARE},
    "text in none": {"text": UNHEARD},
    "text with é": {"text": "sunétéer"},
    "type and text": {"type": "copy", "text": RARE},
    "words that never meet": {"text": "movies true"},
    "a letter": {"text": "s"},
}


def measure(bench: Bench) -> Iterator[Reading]:
    """Fill a file, index it, and ask while another process publishes and consumes."""
    yield from bench.absent(CONTESTANT)
    for contestant in bench.present(CONTESTANT):
        yield from on_empty_broker(bench, contestant, partial(_readings, bench))


def _readings(bench: Bench, broker: Broker) -> Iterator[Reading]:
    size = bench.size
    past.fill(broker.directory / "queue.db", size.lists_history, size.lists_pending)
    app = Celery("benchmarks", broker=broker.url, set_as_current=False)
    app.conf.broker_transport_options = {**broker.options, "history_completed": "forever"}
    jobs = open_jobs(app)
    before = monotonic()
    want(jobs.broker.database)
    Indexing(jobs.broker.database).catch_up(size.lists_seconds)
    yield Sample("seconds", "make the index", 0, monotonic() - before)
    command = [sys.executable, "-m", "benchmarks.neighbour", broker.url, json.dumps(broker.options)]
    log = broker.directory / "neighbour"
    with running(command, broker.directory, log=log, piped=True) as neighbour:
        assert neighbour.stdout is not None
        neighbour.stdout.readline()
        begun, newest = monotonic(), _newest(jobs)
        for name, ask in _questions(app, jobs):
            yield from _asked(name, ask, size.lists_calls, size.lists_seconds)
        if neighbour.poll() is not None:
            raise RuntimeError(f"the neighbour has died: {log.read_text()}")
        rate = (_newest(jobs) - newest) / (monotonic() - begun)
        yield Sample("rate", "the neighbour meanwhile", 0, rate)
    app.close()


def _newest(jobs: Jobs) -> int:
    return int(jobs.broker.database.read("SELECT max(id) FROM job")[0][0])


def _questions(app: Celery, jobs: Jobs) -> Iterator[tuple[str, Ask]]:
    for name, asked in LISTS.items():
        yield f"list: {name}", partial(_page, jobs.list, asked)
    yield "list: deep page", _deep(jobs.list)
    for name, asked in HISTORIES.items():
        yield f"history: {name}", partial(_page, jobs.history, asked)
    yield "history: deep page", _deep(jobs.history)
    [(middle, task_id)] = jobs.broker.database.read(
        "SELECT id, task_id FROM job WHERE id >= (SELECT max(id) / 2 FROM job) LIMIT 1"
    )
    yield "get: by number", partial(jobs.get, middle)
    yield "get: by task", partial(jobs.get, task_id)
    yield "get: none", partial(_missing, jobs)
    yield "stats", jobs.stats
    yield FIRST_STATS, lambda: open_jobs(app).stats()


def _page(ask: Ask, asked: dict[str, Any]) -> bool:
    """Tell whether the page was cut short."""
    page = ask(limit=LIMIT, **asked)
    return page.next is not None and len(page.items) < LIMIT


def _deep(ask: Ask) -> Ask:
    after = None
    for _ in range(DEEP):
        after = ask(limit=LIMIT, after=after).next or after
    return partial(_page, ask, {"after": after})


def _missing(jobs: Jobs) -> None:
    try:
        jobs.get("no-such-task")
    except NoSuchJob:
        return
    raise RuntimeError("a job that is not there was found")


def _asked(name: str, ask: Ask, calls: int, seconds: float) -> Iterator[Sample]:
    ask()
    gc.collect()
    took: list[float] = []
    cut = 0
    deadline = monotonic() + seconds
    while len(took) < calls and monotonic() < deadline:
        before = monotonic()
        cut += ask() is True
        took.append(monotonic() - before)
    hundredths = quantiles(took, n=100, method="inclusive")
    yield Sample("p50", name, 0, hundredths[49] * 1e3)
    yield Sample("p95", name, 0, hundredths[94] * 1e3)
    yield Sample("cut", name, 0, 100 * cut / len(took))


NAMES = (
    *(f"list: {name}" for name in (*LISTS, "deep page")),
    *(f"history: {name}" for name in (*HISTORIES, "deep page")),
    "get: by number",
    "get: by task",
    "get: none",
    "stats",
    FIRST_STATS,
)

FIGURE = Figure(
    name="lists",
    title="Lists, searches and counts with 1,000,000 in the history and 100,000 pending",
    units={"p50": "ms", "p95": "ms", "cut": "% of pages", "seconds": "s", "rate": "jobs/s"},
    bounds=tuple(
        Bound("p95", name, at_most=MOST_MILLISECONDS) for name in NAMES if name != FIRST_STATS
    ),
    measure=measure,
    notes=(
        "Pages of 50, while another process publishes and consumes without pause, so that nothing",
        "stays in SQLite's cache. `cut` are pages whose time was over before they were full:",
        "the next one goes on. With --quick it is 100,000 and 10,000.",
    ),
)
