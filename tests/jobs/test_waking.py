"""Whoever may start starts at once, and while nobody may nothing is written."""

from collections.abc import Callable
from typing import Any

import pytest
from claimer import Claimer
from receiving import eventually

from sqlite_transport.errors import Unavailable
from sqlite_transport.jobs import Jobs
from sqlite_transport.status import FAILED

Send = Callable[..., None]
Claimers = Callable[..., Claimer]


def all_of(jobs: Jobs, columns: str) -> list[Any]:
    return jobs.broker.database.read(f"SELECT {columns} FROM job WHERE transient = 0 ORDER BY id")


def without_sweeps(claimer: Claimer, monkeypatch: Any) -> None:
    """What it does not do at once it does not do."""
    monkeypatch.setattr(claimer.connection.transport.inbox._upkeep, "run", lambda: False)


def sweep(claimer: Claimer, monkeypatch: pytest.MonkeyPatch, times: int) -> None:
    """Receive nothing until it has swept so often."""
    keeping, swept = claimer.connection.transport.inbox._upkeep, []
    with monkeypatch.context() as patch:
        run = keeping.run
        patch.setattr(keeping, "run", lambda: swept.append(1) or run())
        while len(swept) < times:
            assert claimer.take() == []


def test_a_claim_looks_at_each_job_once(
    jobs: Jobs, send: Send, claimers: Claimers, monkeypatch: Any
) -> None:
    jobs.limit(type="scan", concurrency=2)
    jobs.pause(type="publish")
    send("scan", "a")
    send("publish", "p")
    send("scan", "b")
    send("other", "c", "d", "e", "f")
    claimer = claimers(prefetch=6)
    without_sweeps(claimer, monkeypatch)
    assert claimer.take() == [*"abcdef"]
    assert all_of(jobs, "blocked_by") == [(None,), ("type:publish",), *[(None,)] * 5]


def test_who_goes_on_to_its_keys_gate_leaves_its_place(
    jobs: Jobs, send: Send, claimers: Claimers, monkeypatch: Any
) -> None:
    jobs.limit(type="scan", concurrency=3, key_concurrency=1)
    jobs.pause(type="scan")
    send("scan", *"abcdef")
    for name, key in zip("abcdef", "xxxyzw", strict=True):
        jobs.broker.database.write(
            "UPDATE job SET limit_key = ? WHERE payload LIKE ?", (key, f'[["{name}"]%')
        )
    claimer = claimers()
    assert claimer.take() == []
    without_sweeps(claimer, monkeypatch)
    jobs.resume(type="scan")
    assert claimer.take() == ["a", "d", "e"]


def test_a_worker_that_comes_later_knows_when_a_breaker_tries(
    jobs: Jobs, send: Send, claimers: Claimers, monkeypatch: Any
) -> None:
    jobs.breaker("scan", failures=1, seconds=4)
    send("scan", "a", "b")
    first = claimers(prefetch=1)
    assert first.take() == ["a"]
    first.finish("a", status=FAILED)
    first.close()
    second = claimers()
    at_first = second.take()  # nothing, unless that took all the four seconds
    without_sweeps(second, monkeypatch)
    assert (at_first or eventually(second.take)) == ["b"]


def test_an_idle_connection_writes_nothing_while_a_type_is_paused(
    jobs: Jobs, send: Send, claimers: Claimers, monkeypatch: pytest.MonkeyPatch
) -> None:
    jobs.pause(type="scan")
    send("scan", "a")
    claimer = claimers()
    sweep(claimer, monkeypatch, 3)
    before = jobs.broker.database.version()
    sweep(claimer, monkeypatch, 3)
    assert jobs.broker.database.version() == before


def test_a_sweep_that_fails_is_made_up_for(
    jobs: Jobs, send: Send, claimers: Claimers, monkeypatch: pytest.MonkeyPatch
) -> None:
    jobs.pause(type="scan")
    send("scan", "a")
    claimer = claimers()
    assert claimer.take(1.2) == []
    release, failures = jobs.broker.release_some, [Unavailable("the disk is full")]

    def release_some(now: float, after: str) -> str | None:
        if failures:
            raise failures.pop()
        return release(now, after)

    monkeypatch.setattr(jobs.broker, "release_some", release_some)
    jobs.broker.database.write("DELETE FROM control", ())  # by somebody who died then
    assert eventually(claimer.take) == ["a"]
    assert failures == []
