"""What an operator pauses and limits holds in every claim, and nothing is lost behind it."""

import time
from collections.abc import Callable
from typing import Any

import pytest
from celery import Celery
from claimer import Claimer
from receiving import eventually

from sqlite_transport.database import close_databases, open_database
from sqlite_transport.jobs import JobError, Jobs, NotOnThisBroker, open_jobs
from sqlite_transport.status import FAILED

Send = Callable[..., None]
Claimers = Callable[..., Claimer]


def statuses(jobs: Jobs) -> list[str]:
    rows = jobs.broker.database.read("SELECT status FROM job WHERE transient = 0 ORDER BY id")
    return [row[0] for row in rows]


def is_controlled(jobs: Jobs) -> int:
    controlled: int = jobs.broker.database.read("SELECT controlled FROM state")[0][0]
    return controlled


# -- pauses ----------------------------------------------------------------


def test_a_paused_type_waits_aside_and_comes_back_in_its_order(
    jobs: Jobs, send: Send, claimers: Claimers
) -> None:
    send("scan", "a", "b")
    send("scan", "urgent", priority=1)
    send("publish", "p")
    jobs.pause(type="scan")
    claimer = claimers()
    assert claimer.take() == ["p"]
    assert statuses(jobs) == ["blocked"] * 3 + ["processing"]
    (control,) = jobs.controls()
    assert (control.kind, control.name, control.blocked) == ("type", "scan", 3)
    assert control.paused_at is not None

    jobs.resume(type="scan")
    assert claimer.take() == ["urgent", "a", "b"]
    assert jobs.controls() == []
    claimer.finish()
    assert set(statuses(jobs)) == {"completed"}
    assert is_controlled(jobs) == 0


def test_a_paused_queue_gives_nothing_and_others_do(
    jobs: Jobs, send: Send, claimers: Claimers
) -> None:
    send("scan", "a", queue="films")
    send("scan", "b")
    jobs.pause(queue="films")
    claimer = claimers("films", "celery")
    assert claimer.take() == ["b"]
    assert claimer.connection.channel().basic_get("films") is None
    assert statuses(jobs) == ["pending", "processing"]
    jobs.resume(queue="films")
    assert claimer.take() == ["a"]
    assert is_controlled(jobs) == 0


def test_pausing_twice_keeps_the_time(jobs: Jobs) -> None:
    first = jobs.pause(type="scan")
    assert jobs.pause(type="scan").paused_at == first.paused_at


def test_a_pause_holds_for_who_consumes_already_and_in_another_life(
    jobs: Jobs, send: Send, claimers: Claimers
) -> None:
    claimer = claimers()
    send("scan", "a")
    assert claimer.take() == ["a"]
    jobs.pause(type="scan")
    send("scan", "b")
    assert claimer.take() == []
    claimer.close()
    close_databases()
    assert claimers().take() == ["a"] or statuses(jobs) == ["blocked", "blocked"]
    assert jobs.controls()[0].paused_at is not None


def test_what_is_ready_behind_a_long_paused_backlog_is_found(
    jobs: Jobs, send: Send, claimers: Claimers
) -> None:
    send("scan", *(f"scan{number}" for number in range(1500)))
    send("publish", "behind")
    jobs.pause(type="scan")
    claimer = claimers()
    assert eventually(claimer.take) == ["behind"]
    assert statuses(jobs).count("blocked") == 1500
    jobs.resume(type="scan")
    assert statuses(jobs).count("blocked") == 0
    assert len(claimer.take()) == 1500


def test_a_blocked_job_can_expire_and_be_purged(jobs: Jobs, send: Send, claimers: Claimers) -> None:
    send("scan", "late", expires=0.5)
    send("scan", "purged")
    jobs.pause(type="scan")
    claimer = claimers()
    assert claimer.take() == []
    eventually(lambda: claimer.take() or statuses(jobs) == ["cancelled", "blocked"])
    assert jobs.broker.purge("celery") == 1
    assert statuses(jobs) == ["cancelled", "cancelled"]


def test_a_deleted_queue_takes_its_blocked_jobs_along(
    jobs: Jobs, send: Send, claimers: Claimers
) -> None:
    send("scan", "a", queue="films")
    jobs.pause(type="scan")
    claimer = claimers("films")
    assert claimer.take() == []
    claimer.close()
    with jobs.app.connection_for_write() as connection:
        assert connection.channel().queue_delete("films", if_empty=True) == 0
        assert connection.channel().queue_delete("films") == 1
    assert statuses(jobs) == ["cancelled"]


# -- concurrency -----------------------------------------------------------


def test_a_type_is_held_so_many_times_over_all_connections(
    jobs: Jobs, send: Send, claimers: Claimers
) -> None:
    jobs.limit(type="scan", concurrency=2)
    send("scan", "a", "b", "c", "d")
    send("publish", "p")
    first, second = claimers(prefetch=4), claimers(prefetch=4)
    assert first.take() == ["a", "b", "p"]
    assert second.take() == []
    first.finish("a")
    assert second.take() + first.take() == ["c"]
    first.finish("p")
    held = len(first.messages)
    first.close()  # what it holds comes back, and its places are free
    assert len(second.take()) == held
    second.finish()
    assert "d" in second.take()
    second.finish()
    assert set(statuses(jobs)) == {"completed"}


def test_a_queue_is_held_so_many_times(jobs: Jobs, send: Send, claimers: Claimers) -> None:
    send("scan", "a", "b", "c", queue="films")
    send("scan", "x")
    jobs.limit(queue="films", concurrency=1)
    claimer, other = claimers("films", "celery"), claimers("films")
    assert claimer.take() == ["a", "x"]
    assert other.take() == []
    claimer.finish("a")
    assert other.take() + claimer.take() == ["b"]
    jobs.limit(queue="films", concurrency=None)
    assert claimer.take() + other.take() == ["c"]
    assert jobs.controls() == []


def test_a_raised_limit_lets_more_go_on_at_once(jobs: Jobs, send: Send, claimers: Claimers) -> None:
    jobs.limit(type="scan", concurrency=1)
    send("scan", *"abcde")
    claimer = claimers()
    assert claimer.take() == ["a"]
    jobs.limit(type="scan", concurrency=3)
    assert claimer.take() == ["b", "c"]
    jobs.limit(type="scan", concurrency=None)
    assert claimer.take() == ["d", "e"]


def set_keys(jobs: Jobs, keys: dict[str, str]) -> None:
    for name, key in keys.items():
        jobs.broker.database.write(
            "UPDATE job SET limit_key = ? WHERE payload LIKE ?", (key, f'[["{name}"]%')
        )


def test_keys_are_held_each_for_itself(jobs: Jobs, send: Send, claimers: Claimers) -> None:
    jobs.limit(type="scan", key_concurrency=1)
    send("scan", "a1", "a2", "b1", "a3", "free")
    set_keys(jobs, {"a1": "a:x", "a2": "a:x", "a3": "a:x", "b1": "b"})
    claimer = claimers()
    assert claimer.take() == ["a1", "b1", "free"]
    (control,) = jobs.controls()
    assert (control.blocked, control.running) == (2, 3)
    rows = jobs.broker.database.read("SELECT DISTINCT blocked_by FROM job WHERE status = 'blocked'")
    assert rows == [("key:scan:a:x",)]
    claimer.finish("a1")
    assert claimer.take() == ["a2"]
    claimer.finish("free", "b1")
    assert claimer.take() == []
    jobs.limit(type="scan", key_concurrency=2)
    assert claimer.take() == ["a3"]


# -- rates -----------------------------------------------------------------


def test_a_rate_spaces_the_starts(jobs: Jobs, send: Send, claimers: Claimers) -> None:
    jobs.limit(type="scan", rate="5/s")
    send("scan", *"abcdef")
    send("publish", "p")
    claimer = claimers()
    begun = time.monotonic()
    taken: list[str] = []
    while len(taken) < 7:  # until the test's own timeout
        taken += claimer.take(0.3)
    assert taken == ["a", "p", *"bcdef"]
    assert time.monotonic() - begun >= 1.0  # five periods


def test_a_fast_rate_lets_bunches_pass(jobs: Jobs, send: Send, claimers: Claimers) -> None:
    jobs.limit(type="scan", rate=1000)
    send("scan", *(f"scan{number}" for number in range(300)))
    begun = time.monotonic()
    claimer = claimers()
    taken = 0
    while taken < 300:
        taken += len(claimer.take(0.05))
    assert time.monotonic() - begun >= 0.2


# -- breakers --------------------------------------------------------------


def let_its_time_be_over(jobs: Jobs) -> None:
    jobs.broker.database.write("UPDATE control SET opens_at = ?", (time.time() - 1,))


def test_a_breaker_opens_tries_and_closes(jobs: Jobs, send: Send, claimers: Claimers) -> None:
    jobs.breaker("scan", failures=2, seconds=3600)
    send("scan", *"abcdef")
    claimer = claimers(prefetch=1)
    for key in "ab":
        assert claimer.take() == [key]
        claimer.finish(key, status=FAILED)
    (control,) = jobs.controls()
    assert (control.failures, control.opens_at is not None) == (2, True)
    assert claimer.take() == []
    let_its_time_be_over(jobs)
    assert eventually(claimer.take) == ["c"]  # the probe, alone though others could run
    claimer.finish("c", status=FAILED)
    assert claimer.take() == []
    let_its_time_be_over(jobs)
    assert eventually(claimer.take) == ["d"]
    claimer.finish("d")
    assert claimer.take() == ["e"]
    (control,) = jobs.controls()
    assert (control.failures, control.opens_at) == (0, None)


def test_a_probe_that_dies_is_followed_by_another(
    jobs: Jobs, send: Send, claimers: Claimers
) -> None:
    jobs.breaker("scan", failures=1, seconds=0.1)
    send("scan", *"abc")
    first = claimers()
    first.connection.channel()
    assert first.take() == ["a", "b", "c"]
    first.finish("a", status=FAILED)
    first.close()
    second = claimers()
    assert eventually(second.take) == ["b"]
    second.close()
    assert eventually(claimers().take) == ["b"]


def test_a_success_in_between_counts_anew(jobs: Jobs, send: Send, claimers: Claimers) -> None:
    jobs.breaker("scan", failures=2, seconds=60)
    send("scan", *"abc")
    claimer = claimers()
    assert claimer.take() == ["a", "b", "c"]
    claimer.finish("a", status=FAILED)
    claimer.finish("b")
    claimer.finish("c", status=FAILED)
    claimer.take()
    assert [(each.failures, each.opens_at) for each in jobs.controls()] == [(1, None)]


def test_an_operator_closes_a_breaker(jobs: Jobs, send: Send, claimers: Claimers) -> None:
    jobs.breaker("scan", failures=1, seconds=600)
    send("scan", "a", "b")
    claimer = claimers(prefetch=1)
    assert claimer.take() == ["a"]
    claimer.finish("a", status=FAILED)
    assert claimer.take() == []
    jobs.close_breaker("scan")
    assert claimer.take() == ["b"]
    jobs.breaker("scan", failures=None)
    assert jobs.controls() == []


# -- what is said wrong ----------------------------------------------------


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({}, "name either a queue or a type"),
        ({"queue": "celery", "type": "scan"}, "name either a queue or a type"),
        ({"queue": "none"}, "there is no queue 'none', but celery"),
        ({"type": "scna"}, "no task 'scna' is known, but .*publish.*scan"),
    ],
)
def test_whom_to_pause_must_be_there(
    jobs: Jobs, send: Send, said: dict[str, Any], why: str
) -> None:
    send("scan", "a")
    with pytest.raises(JobError, match=why):
        jobs.pause(**said)
    assert jobs.controls() == []


@pytest.mark.parametrize(
    ("limit", "why"),
    [
        ({"concurrency": 0}, "concurrency must be a whole number from 1 to 1000000000, not 0"),
        ({"key_concurrency": 2**63}, "key_concurrency must be a whole number from 1 to"),
        ({"concurrency": True}, "not True"),
        ({"key_concurrency": "2"}, "key_concurrency must be a whole number"),
        ({"rate": "10/x"}, "rate must be a rate such as '10/s'"),
        ({"rate": -1}, "not -1"),
        ({"rate": 10**400}, "rate must be a rate such as '10/s'"),
        ({"rate": "fast"}, "not 'fast'"),
    ],
)
def test_limits_must_make_sense(jobs: Jobs, limit: dict[str, Any], why: str) -> None:
    with pytest.raises(JobError, match=why):
        jobs.limit(type="scan", **limit)
    assert jobs.controls() == []


def test_a_queue_has_no_rate(jobs: Jobs, send: Send) -> None:
    send("scan", "a")
    with pytest.raises(JobError, match="limit a type instead"):
        jobs.limit(queue="celery", rate="10/s")


@pytest.mark.parametrize(
    ("failures", "seconds"), [(0, 60), (5, 0), (5, "x"), ("5", 60), (2**70, 1)]
)
def test_breakers_must_make_sense(jobs: Jobs, failures: Any, seconds: Any) -> None:
    with pytest.raises(JobError, match="must be"):
        jobs.breaker("scan", failures=failures, seconds=seconds)


def test_a_type_that_only_has_jobs_can_be_paused(jobs: Jobs, send: Send) -> None:
    send("foreign", "a")
    assert jobs.pause(type="foreign").name == "foreign"


def test_a_type_cannot_be_gated_on_another_broker() -> None:
    jobs = open_jobs(Celery(broker="memory://", set_as_current=False))
    with pytest.raises(NotOnThisBroker, match="memory://"):
        jobs.limit(type="scan", concurrency=1)


def test_the_file_is_the_applications(jobs: Jobs, path: Any) -> None:
    assert jobs.broker.database is open_database(path)
