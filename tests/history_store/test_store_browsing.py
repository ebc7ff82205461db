"""Whoever's jobs they are, all of the store is seen once; on every kind of database."""

import pytest
from samples import EVERYTHING, NOW, entry

from sqlite_transport.history_store.browsing import Browsed, Place, browse, count, place_of
from sqlite_transport.history_store.store import Store


@pytest.fixture
def filled(store: Store) -> Store:
    """Ten jobs of a file and of Redis, several of which ended at one moment."""
    entries = [
        entry(
            f"file:{number}" if number % 2 else f"task-{number}",
            task_id=f"task-{number}",
            status=EVERYTHING[number % 3],
            completed_at=NOW + number // 4,
            type="rare" if number == 5 else "scan",
            queue="low" if number > 6 else "celery",
        )
        for number in range(10)
    ]
    store.record(entries, [], EVERYTHING)
    return store


def seen(store: Store, wanted: Browsed, size: int) -> list[str]:
    found: list[str] = []
    after: Place | None = None
    with store.reading() as connection:
        while entries := browse(connection, wanted, after, size):
            assert len(entries) <= size
            found += [each.job_id for each in entries]
            after = place_of(entries[-1])
    return found


@pytest.mark.parametrize("size", [1, 2, 3, 100])
def test_all_of_them_by_their_end(filled: Store, size: int) -> None:
    assert seen(filled, Browsed(EVERYTHING), size) == [
        *("task-8", "file:9"),
        *("task-6", "task-4", "file:7", "file:5"),
        *("task-2", "task-0", "file:3", "file:1"),
    ]


def test_those_that_are_meant(filled: Store) -> None:
    for wanted, expected in (
        (Browsed(["failed"]), {"file:1", "task-4", "file:7"}),
        (Browsed(EVERYTHING, type="rare"), {"file:5"}),
        (Browsed(EVERYTHING, queue="low"), {"file:7", "task-8", "file:9"}),
        (Browsed(EVERYTHING, since=NOW + 2), {"task-8", "file:9"}),
        (Browsed(EVERYTHING, until=NOW + 1), {"task-0", "file:1", "task-2", "file:3"}),
        (Browsed(EVERYTHING, since=NOW + 3), set()),
    ):
        found = seen(filled, wanted, 2)
        assert (set(found), len(found)) == (expected, len(expected)), wanted
        with filled.reading() as connection:
            assert count(connection, wanted) == len(expected)
