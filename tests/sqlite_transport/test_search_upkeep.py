"""Who consumes keeps the search index up, once there is one, and pays nothing before."""

import re
from pathlib import Path
from typing import Any

import pytest
from ended_jobs import Connect, Rows
from kombu import Consumer, Queue
from receiving import eventually

from sqlite_transport import queue, settling
from sqlite_transport.database import Database, open_database
from sqlite_transport.search import indexing
from sqlite_transport.search.tables import read_state, want

JOBS = Queue("jobs")


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(indexing, "BLOCK", 8)


def publish(connect: Connect, count: int) -> None:
    with connect() as connection, connection.Producer() as producer:
        for number in range(count):
            headers = {"task": "scan", "id": f"task-{number}"}
            body = f'[["film {number}"], {{}}, {{}}]'
            producer.publish(
                body,
                routing_key="jobs",
                headers=headers,
                content_type="application/json",
                content_encoding="utf-8",
                declare=[JOBS],
            )


def test_a_consumer_puts_in_what_is_there_and_what_comes(connect: Connect, path: Path) -> None:
    publish(connect, 40)
    database = open_database(path)
    with connect() as connection, Consumer(connection, [JOBS], on_message=lambda m: m.ack()):
        drain(connection, 3)
        assert read_state(database) is None, "nobody has searched yet"
        want(database)
        publish(connect, 8)
        eventually(lambda: drain(connection, 1) or covered(database) == (0, 48))


def covered(database: Database) -> tuple[int, int]:
    state = read_state(database)
    assert state is not None
    return state.low, state.high


def drain(connection: Any, times: int) -> None:
    for _ in range(times):
        try:
            connection.drain_events(timeout=0.6)
        except TimeoutError:
            continue


HOT = {
    "publish": queue.INSERT,
    "claim": queue._claim(1),
    "finish": settling.FINISH_ONE,
    "begin": settling.BEGIN_JOB,
}


def parameters(sql: str) -> int:
    """Count them as SQLite does: one without a number comes after the highest so far."""
    highest = 0
    for number in re.findall(r"\?(\d*)", sql):
        highest = max(highest, int(number)) if number else highest + 1
    return highest


@pytest.mark.parametrize("name", HOT)
def test_the_hot_path_has_no_trigger(connect: Connect, rows: Rows, path: Path, name: str) -> None:
    publish(connect, 1)

    def program(sql: str) -> list[str]:
        return [row[1] for row in rows("EXPLAIN " + sql, *[0] * parameters(sql))]

    before = program(HOT[name])
    want(open_database(path))
    assert program(HOT[name]) == before
    assert "Program" not in before
    assert "Program" in program(queue.TRY_AGAIN), "what may change a job's words does tell"
