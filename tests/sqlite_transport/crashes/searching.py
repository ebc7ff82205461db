"""Doomed processes that put jobs into the search index."""

import json
from pathlib import Path
from typing import Any

from sqlite_transport.database import Database, close_databases, open_database
from sqlite_transport.lists.tasks import find_task
from sqlite_transport.search import indexing
from sqlite_transport.search.indexing import Indexing
from sqlite_transport.search.sieve import Sieve
from sqlite_transport.search.tables import want
from sqlite_transport.search.terms import of_type, of_words

#: So small that a few jobs make several blocks; a child of the harness is all that sees it.
BLOCK = 2
ADD = (
    "INSERT INTO job (id, queue, type, task_id, priority, payload, content_type, headers,"
    " properties, status, created_at, updated_at)"
    " VALUES (?1, 'jobs', 'scan', 'task-' || ?1, 5, ?2, 'application/json', '{}', '{}',"
    " 'pending', 0, 0)"
)
JOBS, CHANGED, GONE = 9, 3, 6


def fill_for_search(database: str) -> None:
    with open_database(Path(database)).writing as connection:
        for number in range(1, JOBS + 1):
            connection.execute(ADD, (number, f'[["film {number}"], {{}}, {{}}]'))
    close_databases()


def index(database: str) -> None:
    """Make the index, add what is old, what changes and what is new; shrink it."""
    indexing.BLOCK = BLOCK
    file = open_database(Path(database))
    want(file)
    each = Indexing(file)
    each.step()
    with file.writing as connection:
        connection.execute("UPDATE job SET payload = '[[\"opera\"], {}]' WHERE id = ?", (CHANGED,))
    each.catch_up(60)
    _delete(file)
    for _ in range(JOBS):
        each._sweep()
    close_databases()


def _delete(file: Database) -> None:
    with file.writing as connection:
        connection.execute("DELETE FROM job WHERE id BETWEEN ? AND ?", (GONE, GONE + 1))


def search(database: str) -> dict[str, Any]:
    """Return what the index says after the next process has caught up, and what there is."""
    indexing.BLOCK = BLOCK
    file = open_database(Path(database))
    want(file)
    assert Indexing(file).catch_up(60)
    state = want(file)
    hits = {
        name: sorted(
            job
            for job in set(Sieve(file, state, terms).collect(0, 99, 99, float("inf")) or ())
            if file.read("SELECT 1 FROM job WHERE id = ?", (job,))
        )
        for name, terms in (
            ("opera", of_words(["opera"])),
            ("film", of_words(["film"])),
            ("scan", [of_type("scan")]),
        )
    }
    found = {
        "integrity": file.read("PRAGMA integrity_check")[0][0],
        "hits": hits,
        "covered": [state.low, state.high],
        "jobs": [row[0] for row in file.read("SELECT id FROM job ORDER BY id")],
        "changed": [row[0] for row in file.read("SELECT id FROM job WHERE payload LIKE '%opera%'")],
        "tasks": [find_task(file, f"task-{number}") for number in range(1, JOBS + 1)],
        "blocks": file.read("SELECT id, last FROM job_search_block ORDER BY id"),
    }
    close_databases()
    return json.loads(json.dumps(found))
