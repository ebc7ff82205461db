"""Every hot query goes through its index, however long the backlog, with statistics or without."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from backlog import NOW, fill

from sqlite_transport import (
    altering,
    cancelling,
    controls,
    event_triggers,
    events,
    gate,
    gates,
    history,
    outbox,
    presence,
    progress,
    pruning,
    purging,
    queue,
    results,
    retrying,
    settling,
    symptoms,
    topology,
    unique_insert,
    uniqueness,
    walks,
)
from sqlite_transport.library import sqlite3
from sqlite_transport.lists import counting, pages, parts, tasks
from sqlite_transport.search import indexing

QUEUES = ("queue0", "queue1", "queue2", "queue3")
#: When nothing has expired yet: what has, is moved away by the next sweep.
EARLY = NOW - 1_000_000
INSERT_VALUES = ("queue0", 5, "pending", NOW, 0, 0, "t", None, "{}", "{}", "{}") + (None,) * 2


@dataclass(frozen=True)
class Hot:
    """A query of the hot path.

    index: what it must go through. steps: the most instructions of SQLite's
    virtual machine that it may take; a walk through the table takes millions.
    """

    name: str
    sql: str
    parameters: tuple[object, ...]
    index: str
    steps: int


def ending(
    name: str, condition: str, parameters: tuple[object, ...], index: str, steps: int
) -> Hot:
    """Return what finds the jobs to end that meet a condition."""
    return Hot(name, history.FIND + condition, parameters, index, steps)


READY, DUE, EXPIRING, CLAIMED = "job_ready", "job_due", "job_expiring", "job_claimed"
BLOCKED = "job_blocked"
KEY = "INTEGER PRIMARY KEY"
POINT = "rowid=?"
SLICE = 300 * queue.SLICE  # what a bulk change of a slice may take

OUTCOME = ("completed", "", NOW, NOW, "", "w", NOW)

INDEXES = {
    "pending": READY,
    "scheduled": DUE,
    "blocked": "job_blocked",
    "processing": CLAIMED,
    **dict.fromkeys(("completed", "failed", "cancelled"), "job_done"),
}
SOME = "[1000, 1050000, 1100001]"


def walking(status: str, **choice: str) -> Hot:
    """Return a step of a walk through all jobs of a status, from its beginning."""
    wanted = walks.Wanted(status, **choice)
    sql = walks.step(wanted.walk, wanted.has_ended)
    parameters = (*walks._parameters(wanted), 500, *walks.first(wanted))
    return Hot(f"walk: {status} {choice}", sql, parameters, INDEXES[status], 40_000)


HOT = [
    Hot("look in one queue", queue.look((1,)), ("queue0", EARLY), READY, 300),
    Hot("look in four queues", queue.look((2, 1, 1)), (*QUEUES, EARLY), READY, 600),
    Hot("look for no queue", queue.look(()), (EARLY,), DUE, 100),
    Hot("claim from one queue", queue._claim(1), ("queue0", EARLY, 64, 9), READY, 40_000),
    Hot("claim from four queues", queue._claim(4), (*QUEUES, EARLY, 64, 9), READY, 60_000),
    Hot("finish one", settling.FINISH_ONE, (*OUTCOME, 1_100_001, 2, 0, 3), KEY, 300),
    Hot("finish all", settling.FINISH_ALL, ("[1100001, 1100006]", 2, NOW, 0), POINT, 600),
    Hot("drop", settling.DROP_ALL, ("[1100001, 1100006]", 2, 0), POINT, 600),
    Hot("begin", settling.BEGIN_JOB, (1, NOW, "w", 1_100_001, 2, 0), KEY, 100),
    Hot("is it ours", settling.IS_OURS, (1_100_001, 2, 0), KEY, 100),
    Hot("find the job that is tried again", queue.RUNNING, ("none", 0), CLAIMED, 10_000),
    Hot("lose", queue.LOSE, (2, NOW), CLAIMED, 60_000),
    Hot("forget", history.REMOVE, ("[1100001, 1100006]",), POINT, 600),
    Hot("too old", pruning.TOO_OLD, ("completed", NOW, 1, 100), "job_done", 5_000),
    Hot("beyond the newest", pruning.BEYOND, ("completed", 100), "job_done", 5_000),
    Hot("results: next expiry", purging.NEXT_EXPIRY, (), "result_expiring", 200),
    Hot("results: purge", purging.PURGE_RESULTS, (NOW, 100), "result_expiring", 5_000),
    Hot("results: read many", results.READ_MANY, ('["a", "b"]', NOW), "result", 300),
    Hot("forget the attempts", history.REMOVE_ATTEMPTS, ("[1100001]",), "job_attempt_job", 300),
    Hot("end", history.END, ("failed", None, NOW, "[1100001, 1100006]"), POINT, 600),
    ending("end the accepted", queue.ACCEPTED, (2,), CLAIMED, 20_000),
    Hot("give back", queue.GIVE_BACK, (1_100_001, 2, NOW, 0, 1, 0), KEY, 500),
    Hot("restore", queue.RESTORE, (2, NOW), CLAIMED, 60_000),
    ending("bury", queue.POISON, (2, 5), CLAIMED, 20_000),
    ending("bury one", queue.POISON_ONE, (2, 5, 1_100_001, 0), KEY, 300),
    Hot("gates: find", queue.ready(1, gate.COLUMNS), ("queue0", EARLY, 64), READY, 5_000),
    Hot(
        "gates: find in four queues",
        queue.ready(4, gate.COLUMNS),
        (*QUEUES, EARLY, 64),
        READY,
        20_000,
    ),
    Hot("gates: claim", gates.CLAIM, (9, NOW, "[1, 2, 3]"), POINT, 2_000),
    Hot("gates: what runs", gates.RUNNING, (), CLAIMED, 60_000),
    Hot("gates: block", gates.BLOCK, ("type:t", NOW, 1), KEY, 300),
    Hot("gates: release", gates.RELEASE, (NOW, "type:t", 10), BLOCKED, 1_000),
    Hot("gates: who waits", gates.BLOCKING, ("", 200), BLOCKED, 500),
    Hot("gates: is it ready", gates.IS_READY, ("queue0",), READY, 100),
    Hot("gates: opening", gates.NEXT_OPENING, (NOW,), "control", 300),
    Hot("gates: held up", controls.IS_HELD_UP, (), BLOCKED, 200),
    Hot("gates: note", controls.NOTE_CONTROLLED, (), BLOCKED, 200),
    Hot("gates: paused queue", controls.PAUSED_QUEUE_OF, ("none", 0), CLAIMED, 10_000),
    Hot("gates: any paused", controls.IS_ANY_QUEUE_PAUSED, (), "control", 100),
    ending("purge the blocked", queue.PURGE["blocked"], ("queue0", 2_000_000), BLOCKED, SLICE),
    Hot("promote", queue.PROMOTE, (NOW,), DUE, SLICE),
    Hot("next due", queue.NEXT_DUE, (), DUE, 100),
    Hot("next expiry", queue.NEXT_EXPIRY, (), EXPIRING, 100),
    ending("expire", queue.EXPIRED, (NOW,), EXPIRING, SLICE),
    ending("overflow", queue.OVERFLOW, ("queue0", 1), READY, 500),
    ending("purge", queue.PURGE["pending"], ("queue0", 2_000_000), READY, SLICE),
    ending("purge an empty queue", queue.PURGE["pending"], ("none", 2_000_000), READY, 200),
    ending("purge what is not due", queue.PURGE["scheduled"], ("queue0", 2_000_000), DUE, SLICE),
    Hot("insert", queue.INSERT, (*INSERT_VALUES, 0, "", 0), "state", 300),
    Hot("unique: the holder", uniqueness.HOLDER, (NOW, "tasks.scan 500"), "unique_key=?", 300),
    Hot("unique: its job", uniqueness.HOLDER, (NOW, "tasks.scan 500"), "rowid=?", 300),
    Hot(
        "unique: look for stale ones",
        uniqueness.LOOK,
        (NOW, "tasks.scan 500", 500),
        "unique_key>?",
        40_000,
    ),
    Hot("unique: forget", uniqueness.FORGET, (NOW, '["tasks.scan 500"]'), "unique_key=?", 600),
    *(walking(status) for status in walks.WALKS),
    walking("pending", queue="queue1", type="tasks.scan"),
    Hot("find one to change", altering.FIND, (1_050_000,), KEY, 200),
    Hot("cancel some", cancelling.FIND_WAITING, (SOME,), POINT, 1_000),
    Hot("have some cancelled", cancelling.REQUEST, (SOME, NOW), POINT, 1_000),
    ending("end the unwanted", queue.UNWANTED, (2,), CLAIMED, 20_000),
    Hot("find some to retry", retrying.FIND, (SOME,), POINT, 1_000),
    Hot("keep their ends", retrying.KEEP_END, (SOME,), POINT, 1_000),
    Hot("still too old", pruning.STILL_TOO_OLD, (SOME, "completed", NOW, 1), POINT, 1_000),
    Hot("ship some", outbox.JOB, (SOME,), POINT, 1_000),
    Hot("workers", presence.SESSIONS, (), CLAIMED, 2_000),
    Hot("doctor: held", symptoms.HELD, (), CLAIMED, 20_000),
    Hot("doctor: unowned", symptoms.UNOWNED, (), CLAIMED, 20_000),
    Hot("doctor: far away", symptoms.FAR_AWAY, (NOW + 1e9,), DUE, 100),
    Hot("doctor: poison", symptoms.POISON, (NOW,), "job_done", 300),
    Hot("newest", history.NEWEST, (), "job", 50),
    Hot("newest of all", queue.NEWEST, (), "job", 50),
    Hot("progress", progress.WRITE, (1, 2, "m", "none", 0), CLAIMED, 10_000),
    Hot("progress: begin", progress.BEGIN, ("w", NOW, "none", 0), CLAIMED, 10_000),
    Hot("events: read", events.READ, (10,), KEY, 200),
    Hot("events: trim", events.TRIM, (1000,), KEY, 200),
    Hot("list: queues and priorities", parts.PENDING_LEVELS, (), READY, 5_000),
    Hot("list: pending", parts.PENDING_IDS, ("queue0", 4, 9, 256), READY, 8_000),
    Hot("list: gates and priorities", parts.BLOCKED_LEVELS, (), BLOCKED, 2_000),
    Hot("list: blocked", parts.BLOCKED_IDS, ("type:t", 3, 9, 256), BLOCKED, 8_000),
    Hot("list: scheduled", parts.DUE, (NOW, 9, 256), DUE, 5_000),
    Hot("list: processing, the few of them sorted", parts.PROCESSING_IDS, (9, 64), CLAIMED, 40_000),
    Hot("history", parts.DONE, ("completed", 0, NOW, 9, 256), "job_done", 200),
    Hot("list: bounds of the file", pages.IDS, (), "job", 100),
    Hot("list: what is new", pages.NEWER, (1_100_900, 1_101_000, None, "queue0"), KEY, 5_000),
    Hot("list: places", pages.PLACES, ("[1100001, 1100006]",), POINT, 600),
    Hot("list: rows", pages.Pages(None, "id")._rows, ("[1100001, 1100006]",), POINT, 600),  # type: ignore[arg-type]
    Hot("find", tasks.NAMED, (1_100_000, 1_101_000, "none"), KEY, 10_000),
    Hot("stats: ended", counting.ENDED_SINCE, ("completed", NOW), "job_done", 200),
    Hot("stats: types", counting.ABOUT, ("[1100001, 1100006]",), POINT, 600),
    Hot("index: new", indexing.NEWER, (1_100_000, 64), KEY, 2_000),
    Hot("index: old", indexing.OLDER, (1_100_000, 64), KEY, 2_000),
    Hot("index: a block", indexing.WITHIN, (1_100_000, 1_100_064), KEY, 2_000),
]


@pytest.fixture(scope="session")
def backlog(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("backlog").resolve() / "queue.db"
    fill(path)
    return path


@pytest.fixture(scope="module", params=[False, True], ids=["plain", "analyzed"])
def connection(backlog: Path, request: pytest.FixtureRequest) -> Iterator[Any]:
    preparing = sqlite3.connect(str(backlog), isolation_level=None)
    preparing.execute("ANALYZE")
    if not request.param:
        preparing.execute("DELETE FROM sqlite_stat1")
    preparing.close()
    connection = sqlite3.connect(str(backlog), isolation_level=None)
    connection.execute("SELECT 1 FROM job")  # to read the schema takes steps of its own
    yield connection
    connection.close()


def plan(connection: Any, hot: Hot) -> list[str]:
    rows = connection.execute("EXPLAIN QUERY PLAN " + hot.sql, hot.parameters).fetchall()
    return [str(row[3]) for row in rows]


def steps(connection: Any, hot: Hot) -> int:
    """Count the virtual machine's instructions, to a dozen; what they do is undone."""
    count = 0

    def tick() -> int:
        nonlocal count
        count += 1
        return 0

    connection.execute("BEGIN")
    connection.set_progress_handler(tick, 10)
    try:
        connection.execute(hot.sql, hot.parameters).fetchall()
    finally:
        connection.set_progress_handler(None, 0)
        connection.execute("ROLLBACK")
    return count * 10


@pytest.mark.parametrize("hot", HOT, ids=lambda hot: hot.name)
def test_it_goes_through_its_index(connection: Any, hot: Hot) -> None:
    lines = plan(connection, hot)

    assert any(hot.index in line for line in lines), lines
    # These indexes hold no others than the scheduled and the blocked jobs: short walks.
    short = (DUE, BLOCKED)
    walks = [line for line in lines if line.startswith("SCAN job ") and not line.endswith(short)]
    assert walks == [], lines


@pytest.mark.parametrize("hot", HOT, ids=lambda hot: hot.name)
def test_it_sorts_nothing_but_the_few_it_found(connection: Any, hot: Hot) -> None:
    lines = plan(connection, hot)
    sorts = [line for line in lines if "TEMP B-TREE" in line]

    # Only what several queues gave, each up to the limit, is put in one order.
    assert len(sorts) <= ("four queues" in hot.name or "sorted" in hot.name), lines


@pytest.mark.parametrize("hot", HOT, ids=lambda hot: hot.name)
def test_it_takes_few_steps(connection: Any, hot: Hot) -> None:
    assert steps(connection, hot) <= hot.steps


def test_a_unique_one_takes_few_steps(connection: Any) -> None:
    (revision,) = connection.execute("SELECT revision FROM state").fetchone()
    values = (*INSERT_VALUES, 0, "", 0, revision, "a new one", "done", 0)
    connection.execute(unique_insert.VIEW)
    connection.execute(unique_insert.TRIGGER)
    assert steps(connection, Hot("unique: insert", unique_insert.INSERT, values, "", 0)) <= 400


#: A change and what it may take: a claim tells nothing, and the others a few hundred for each job.
TOLD = [
    Hot("insert", queue.INSERT, (*INSERT_VALUES, 0, "", 0), "state", 500),
    Hot("claim", queue._claim(1), ("queue0", EARLY, 64, 9), READY, 40_000),
    Hot("finish one", settling.FINISH_ONE, (*OUTCOME, 1_100_001, 2, 0, 3), KEY, 600),
    Hot("restore", queue.RESTORE, (2, NOW), CLAIMED, 60_000),
]


@pytest.mark.parametrize("hot", TOLD, ids=lambda hot: hot.name)
def test_it_takes_few_steps_while_somebody_listens(connection: Any, hot: Hot) -> None:
    event_triggers.create(connection)
    try:
        taken = steps(connection, hot)
    finally:
        event_triggers.drop(connection)
    assert taken <= hot.steps


def test_a_deleted_queue_is_found_without_a_walk(connection: Any) -> None:
    connection.execute("BEGIN")
    seen: list[str] = []
    connection.set_trace_callback(seen.append)
    try:
        topology.delete_queue(connection, "reply", NOW)
    finally:
        connection.set_trace_callback(None)
        connection.execute("ROLLBACK")

    touching = [sql for sql in seen if " job " in sql and not sql.startswith("--")]
    plans = [
        str(row[3])
        for sql in touching
        for row in connection.execute("EXPLAIN QUERY PLAN " + sql).fetchall()
    ]
    assert touching
    assert [line for line in plans if line == "SCAN job"] == []
