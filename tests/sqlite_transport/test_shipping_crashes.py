"""Shippers that are killed at any step, and several at once: each end arrives once."""

import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ended_jobs import Rows, end_jobs, history

from sqlite_transport.broker import Broker
from sqlite_transport.shipper import Shipper

SHIP = """
import os, signal, sys
from pathlib import Path
from sqlite_transport.broker import open_broker
from sqlite_transport.history_store.store import Store
from sqlite_transport.outbox import Outbox
from sqlite_transport.retention import Retention
from sqlite_transport.shipper import Shipper
from sqlite_transport import outbox, history
path, history_url, step, after = Path(sys.argv[1]), sys.argv[2], sys.argv[3], int(sys.argv[4])
outbox.JOBS = 5
def die_at(owner, name, before):
    real = getattr(owner, name)
    calls = []
    def doomed(*arguments, **options):
        calls.append(1)
        if before and len(calls) == after:
            os.kill(os.getpid(), signal.SIGKILL)
        result = real(*arguments, **options)
        if len(calls) == after:
            os.kill(os.getpid(), signal.SIGKILL)
        return result
    setattr(owner, name, doomed)
steps = {
    "before the record": (Store, "record", True),
    "after the record": (Store, "record", False),
    "within the record": (sys.modules[Store.__module__], "_add", False),
    "within the removal": (history, "remove", False),
    "after the removal": (Outbox, "remove", False),
    "while it prunes": (Store, "prune", True),
}
if step in steps:
    die_at(*steps[step])
broker = open_broker(path, 5.0)
broker.retain({s: Retention() for s in ("completed", "failed", "cancelled")}, history_url)
print("ready", flush=True)
sys.stdin.readline()
Shipper(broker).round()
print("done", flush=True)
"""


@pytest.mark.parametrize("number", [1, 2, 3])
@pytest.mark.parametrize(
    "step",
    [
        "before the record",
        "within the record",
        "after the record",
        "within the removal",
        "after the removal",
        "while it prunes",
    ],
)
def test_killed_at_any_step_each_entry_arrives_once(
    broker: Broker,
    path: Path,
    history_url: str,
    rows: Rows,
    run: Callable[..., Any],
    step: str,
    number: int,
) -> None:
    end_jobs(broker, 12)
    broker.database.close()
    if step == "while it prunes":
        number = 1
    doomed = run(SHIP, path, history_url, step, number)
    doomed.say()
    assert doomed.process.wait(240) == -signal.SIGKILL
    Shipper(broker).round()
    assert sorted(int(row["task_id"]) for row in history(history_url)) == list(range(12))
    assert len(history(history_url, "job_attempt")) == 12
    assert rows("SELECT count(*) FROM job") == rows("SELECT count(*) FROM job_attempt") == [(0,)]


def test_several_ship_at_once(
    broker: Broker, path: Path, history_url: str, rows: Rows, run: Callable[..., Any]
) -> None:
    end_jobs(broker, 60)
    programs = [run(SHIP, path, history_url, "no step", 0) for _ in range(3)]
    for program in programs:
        assert program.read() == "ready"
    for program in programs:
        program.say()
    assert [program.finish() for program in programs] == ["done\n"] * 3
    assert len(history(history_url)) == len(history(history_url, "job_attempt")) == 60
    assert rows("SELECT count(*) FROM job") == [(0,)]


HOLD = """
import sys
from pathlib import Path
from sqlite_transport.liveness import Liveness
liveness = Liveness(Path(sys.argv[1]))
print(liveness.try_hold(0), flush=True)
sys.stdin.readline()
"""


def test_another_that_is_at_it_is_left_to_it(
    broker: Broker, path: Path, rows: Rows, run: Callable[..., Any]
) -> None:
    end_jobs(broker, 1)
    other = run(HOLD, path)
    assert other.read() == "True"
    Shipper(broker).round()
    assert rows("SELECT count(*) FROM job") == [(1,)]
    other.kill()
    Shipper(broker).round()
    assert rows("SELECT count(*) FROM job") == [(0,)]
