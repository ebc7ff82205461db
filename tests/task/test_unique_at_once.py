"""A unique task is stored by one statement, in whatever state the connection is."""

import os
import signal
from collections.abc import Callable
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest
from celery import Celery
from fixture_types import Rows

from sqlite_transport.database import open_database

Statements = Callable[[Callable[[], object]], list[str]]


@pytest.fixture
def scan(app: Celery) -> Any:
    @app.task(name="scan", unique="until_done")
    def scan(number: int) -> None: ...

    for number in (-1, 0):  # the queue is declared, and the view is there
        scan.delay(number)
    return scan


@pytest.fixture
def statements(path: Path) -> Statements:
    """Return the first words of each statement that a call makes SQLite do.

    Of one that has a trigger SQLite tells several times, once for each step.
    """

    def statements(call: Callable[[], object]) -> list[str]:
        connection, seen = open_database(path).ready(), []
        connection.set_trace_callback(seen.append)
        try:
            call()
        finally:
            connection.set_trace_callback(None)
        return [begin for begin, _ in groupby(" ".join(sql.split()[:3]) for sql in seen)]

    return statements


def keys(rows: Rows) -> list[tuple[Any, ...]]:
    """Return what holds a key, which is each job there is."""
    held = rows("SELECT task_id, job_id FROM unique_job ORDER BY job_id")
    assert held == rows("SELECT task_id, id FROM job ORDER BY id")
    return held


def test_it_is_one_statement(scan: Any, rows: Rows, statements: Statements) -> None:
    assert statements(lambda: scan.delay(1)) == ["INSERT INTO unique_insert"]
    assert len(keys(rows)) == 3


def test_a_second_one_asks_who_is_the_first(scan: Any, rows: Rows, statements: Statements) -> None:
    first = scan.delay(1)
    seconds: list[Any] = []

    assert statements(lambda: seconds.append(scan.delay(1))) == [
        "INSERT INTO unique_insert",
        "SELECT held.task_id FROM",
    ]
    assert seconds[0].id == first.id
    assert len(keys(rows)) == 3


def test_the_connection_was_opened_anew(scan: Any, path: Path, rows: Rows) -> None:
    open_database(path).close()
    ids = [scan.delay(number).id for number in (1, 1, 2)]

    assert ids[0] == ids[1] != ids[2]
    assert len(keys(rows)) == 4


def test_in_a_forked_child(scan: Any, rows: Rows) -> None:
    child = os.fork()
    if child == 0:
        os._exit(scan.delay(1).id == scan.delay(0).id)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0

    scan.delay(2)
    assert len(keys(rows)) == 4


def test_routing_has_changed(scan: Any, path: Path, rows: Rows) -> None:
    with open_database(path).writing as connection:
        connection.execute("UPDATE state SET revision = revision + 1")
    ids = [scan.delay(number).id for number in (1, 1)]

    assert ids[0] == ids[1]
    assert len(keys(rows)) == 3


@pytest.mark.parametrize("undone", [False, True])
def test_a_signal_in_the_middle_of_a_transaction(
    scan: Any, path: Path, rows: Rows, undone: bool
) -> None:
    open_database(path).close()  # so that the handler is the first to need what is temporary
    ids: list[str] = []
    former = signal.signal(signal.SIGUSR1, lambda *_: ids.append(scan.delay(1).id))
    try:
        with open_database(path).writing:
            signal.raise_signal(signal.SIGUSR1)
            assert ids
            if undone:
                raise LookupError
    except LookupError:
        assert undone
    finally:
        signal.signal(signal.SIGUSR1, former)
    again = scan.delay(1).id

    assert (again == ids[0]) is not undone
    assert len(keys(rows)) == 3
