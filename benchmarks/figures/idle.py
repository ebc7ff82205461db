"""What an idle worker costs: CPU of its whole tree, and growth of the files."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from time import monotonic, sleep

from benchmarks.bench import Bench
from benchmarks.contestants import Broker
from benchmarks.figure import Bound, Figure
from benchmarks.marks import Marks
from benchmarks.process_tree import cpu_seconds
from benchmarks.samples import Reading, Sample
from benchmarks.worker import HOMES, new_marks, publish_tasks, worker

CONTESTANTS = ("redis", "filesystem", "sqla", "sqlite")
PERCENT = 100.0
WARM_UP_TASKS = 3000


def measure(bench: Bench) -> Iterator[Reading]:
    """All contestants' workers idle at the same time, in the same window."""
    yield from bench.absent(*CONTESTANTS)
    with ExitStack() as stack:
        pids: dict[str, int] = {}
        homes: dict[str, Path] = {}
        for contestant in bench.present(*CONTESTANTS):
            broker = stack.enter_context(bench.arena(contestant))
            marks = new_marks(broker)
            process = stack.enter_context(worker(broker, marks))
            _warm_up(bench, broker, marks)
            pids[contestant.name], homes[contestant.name] = process.pid, broker.directory
        sleep(bench.size.idle_settle_seconds)
        files = {name: _bytes_in(home) for name, home in homes.items()}
        before = {name: (cpu_seconds(pid), monotonic()) for name, pid in pids.items()}
        sleep(bench.size.idle_seconds)
        for name, pid in pids.items():
            used, start = before[name]
            share = (cpu_seconds(pid) - used) / (monotonic() - start)
            yield Sample("cpu", name, 0, share * PERCENT)
            if name != "redis":
                yield Sample("growth", name, 0, _bytes_in(homes[name]) - files[name])


def _warm_up(bench: Bench, broker: Broker, marks: Marks) -> None:
    """Let the files reach their working size: a log that is reused is no growth."""
    tasks = min(WARM_UP_TASKS, bench.contestants[broker.name].backlog)
    publish_tasks(broker, "bench.noop", tasks)
    marks.wait_count(tasks, bench.size.worker_seconds)


def _bytes_in(directory: Path) -> int:
    """Size of the broker's files, without the worker's log."""
    files = (path for path in directory.rglob("*") if path.is_file())
    return sum(path.stat().st_size for path in files if path.parent.parent != directory / HOMES)


FIGURE = Figure(
    name="idle",
    title="Idle worker: mingle, gossip and heartbeats as by default",
    units={"cpu": "% of one core", "growth": "bytes"},
    bounds=(
        Bound("cpu", "sqlite", at_most=0.3),
        Bound("growth", "sqlite", at_most=0),
    ),
    measure=measure,
)
