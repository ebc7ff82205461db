"""The limiter, over the processes that share it."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from itertools import pairwise
from typing import Any

import pytest
from fakes import FakeService, Recorded, faults

from media.errors import RateLimitedError
from media.library.database import Library
from media.library.models import OutsideService
from media.outside import OutsideClient, Service
from media.outside.retry_after import retry_after
from media.outside.turns import Turns
from media.settings import Settings

PROCESSES = 4
TURNS = 8
PER_SECOND = 20.0
# Take turns when told to, and tell when each of them was.
TAKE_TURNS = """
import json, sys, time
from pathlib import Path
from media.library.database import Library
from media.outside import Service
from media.outside.turns import Turns

database, rate, count = sys.argv[1:]
turns = Turns(Library(Path(database)), Service("shared", "http://host", float(rate)))
print("ready", flush=True)
sys.stdin.readline()
taken = []
for _ in range(int(count)):
    turn = turns.take(1)
    taken.append((turn.at, time.time()))
    turns.succeeded(turn)
print(json.dumps(taken))
"""


class Fine(FakeService):
    def answer(self, request: Recorded) -> Any:
        return {}


@pytest.fixture
def fine() -> Iterator[Fine]:
    with Fine() as service:
        yield service


def start_taking(library: Library, count: int) -> "subprocess.Popen[str]":
    command = [sys.executable, "-c", TAKE_TURNS, str(library.database), str(PER_SECOND), str(count)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


@pytest.fixture
def standing_still(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no time pass, however long what is asked takes."""
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now)


def row_of(library: Library, name: str) -> OutsideService:
    with library.reading() as session:
        return session.get_one(OutsideService, name)


def change(library: Library, name: str, **values: float) -> None:
    with library.writing() as session:
        row = session.get(OutsideService, name) or OutsideService(name=name)
        session.add(row)
        for key, value in values.items():
            setattr(row, key, value)


def test_all_processes_together_keep_the_rate(library: Library) -> None:
    processes = [start_taking(library, TURNS) for _ in range(PROCESSES)]
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    taken = [pair for one in processes for pair in json.loads(one.communicate(timeout=300)[0])]
    slots = sorted(at for at, _woke in taken)
    assert len(slots) == PROCESSES * TURNS
    gaps = [later - earlier for earlier, later in pairwise(slots)]
    assert min(gaps) >= 1 / PER_SECOND - 1e-6
    assert all(woke >= at - 0.001 for at, woke in taken)


def test_a_service_without_a_rate_is_asked_at_once(library: Library) -> None:
    turns = Turns(library, Service("free", "http://host"))
    before = time.time()
    assert all(before <= turns.take(1).at <= time.time() for _ in range(50))


def test_services_do_not_wait_for_each_other(library: Library) -> None:
    slow = Turns(library, Service("slow", "http://host", requests_per_second=0.001))
    slow.take(1)
    before = time.time()
    assert Turns(library, Service("other", "http://host", 1)).take(1).at < before + 100


@pytest.mark.usefixtures("standing_still")
def test_who_would_wait_too_long_is_told_so_instead(library: Library) -> None:
    turns = Turns(library, Service("slow", "http://host", requests_per_second=0.05))
    turns.take(1)
    for _ in range(3):  # one that is refused takes nothing
        with pytest.raises(RateLimitedError) as refusal:
            turns.take(1)
        assert refusal.value.retry_after == pytest.approx(20)


@pytest.mark.usefixtures("standing_still")
def test_a_429_stops_all_processes(fine: Fine, settings: Settings, library: Library) -> None:
    fine.fail_with(faults.status(429, retry_after="600"), times=1)
    with OutsideClient(Service("shared", fine.url), settings) as client:
        with pytest.raises(RateLimitedError):
            client.get_json("/")
        with pytest.raises(RateLimitedError) as refusal:
            client.get_json("/")
    assert refusal.value.retry_after == pytest.approx(600)
    process = start_taking(library, 1)
    _out, _error = process.communicate("go\n", timeout=300)
    assert process.returncode == 1
    assert len(fine.requests) == 1


def test_who_waits_while_another_is_refused_does_not_ask(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    turns = Turns(library, Service("shared", "http://host", requests_per_second=1))
    first = turns.take(1)

    def meanwhile(_seconds: float) -> None:
        monkeypatch.undo()
        turns.refused_for(first, 300)

    # However late the second one comes, it has to wait.
    monkeypatch.setattr(time, "time", lambda: first.at)
    monkeypatch.setattr(time, "sleep", meanwhile)
    with pytest.raises(RateLimitedError):
        turns.take(1)


def test_a_short_block_is_waited_for(fine: Fine, settings: Settings) -> None:
    fine.fail_with(faults.status(429, retry_after="1"), times=1)
    with OutsideClient(Service("shared", fine.url), settings) as client:
        with pytest.raises(RateLimitedError):
            client.get_json("/")
        assert client.get_json("/") == {}
    refused, answered = fine.requests
    assert answered.at >= refused.at + 1


def test_a_block_is_not_shortened_by_another_one(library: Library) -> None:
    turns = Turns(library, Service("shared", "http://host"))
    turn = turns.take(1)
    turns.refused_for(turn, 900)
    turns.refused_for(turn, 5)
    assert row_of(library, "shared").blocked_until > time.time() + 800


def test_a_clock_that_is_put_back_blocks_nobody_for_long(library: Library) -> None:
    a_year = time.time() + 365 * 86_400
    change(library, "shared", next_request_at=a_year, blocked_until=a_year)
    before = time.time()
    turn = Turns(library, Service("shared", "http://host", 10)).take(1)
    assert before <= turn.at <= time.time()


def test_retry_after_may_be_a_date() -> None:
    now = datetime(2026, 5, 1, 12, tzinfo=UTC)

    def said(date: datetime) -> float | None:
        return retry_after({"retry-after": format_datetime(date, usegmt=True)}, now.timestamp())

    assert said(now + timedelta(seconds=90)) == 90
    assert said(now - timedelta(seconds=90)) == 0
    assert said(now + timedelta(days=90)) == 3600
    assert retry_after({"retry-after": "Fri, 01 May 2026 12:00:30"}, now.timestamp()) == 30
    assert retry_after({}, now.timestamp()) is None
