"""The store is read in stretches whose sum is all of it, on every kind of database."""

from typing import Any

import pytest
from samples import EVERYTHING, NOW, attempt, entry

from sqlite_transport.history_store import reading
from sqlite_transport.history_store.entry import Entry
from sqlite_transport.history_store.reading import Place, Sought
from sqlite_transport.history_store.store import Store

FILE = "0123abcd"


def record(store: Store, *entries: Entry) -> None:
    store.record(entries, [], EVERYTHING)


def numbered(number: int, identity: str = FILE, **values: Any) -> Entry:
    return entry(f"{identity}:{number}", **values)


def read(store: Store, sought: Sought, size: int = 3, limit: int = 3) -> list[int]:
    """Return the numbers of all entries, stretch after stretch."""
    found: list[int] = []
    place: Place | None = None
    with store.reading() as connection:
        while True:
            entries, place = reading.stretch(connection, sought, place, size, limit)
            found += [where.number for where, _ in entries]
            if place is None:
                return found


@pytest.fixture
def filled(store: Store) -> Store:
    for number in range(1, 41):
        record(
            store,
            numbered(
                number,
                status=EVERYTHING[number % 3],
                completed_at=NOW + number // 7,
                type="rare" if number == 20 else "scan",
                queue="low" if number % 2 else "celery",
                payload='[["opera"], {}, {}]' if number in (9, 38) else '[["film"], {}, {}]',
            ),
        )
    record(store, numbered(50, "another"), entry("task-id-of-another-broker"))
    return store


def test_the_newest_end_first(filled: Store) -> None:
    everything = list(range(40, 0, -1))
    assert read(filled, Sought(FILE, EVERYTHING)) == everything
    assert read(filled, Sought(FILE, EVERYTHING), size=100, limit=100) == everything
    assert read(filled, Sought(FILE, EVERYTHING), size=1, limit=100) == everything
    assert read(filled, Sought(FILE, ["failed"])) == [n for n in everything if n % 3 == 1]


@pytest.mark.parametrize("size", [1, 4, 100])
def test_what_is_sought(filled: Store, size: int) -> None:
    def found(**sought: Any) -> list[int]:
        return read(filled, Sought(FILE, EVERYTHING, **sought), size=size)

    assert found(type="rare") == [20]
    assert found(queue="low") == list(range(39, 0, -2))
    assert found(parts=["opera"]) == [38, 9]
    assert found(parts=["opera", "none"]) == []
    assert found(since=NOW + 5) == [40, 39, 38, 37, 36, 35]
    assert found(until=NOW + 1) == [6, 5, 4, 3, 2, 1]
    assert found(since=NOW + 1, until=NOW + 2, queue="low") == [13, 11, 9, 7]


def test_what_cannot_be_judged_here_is_given(store: Store) -> None:
    """Whether a body has a word that it writes with escapes, only its reader can tell."""
    record(
        store,
        numbered(1, payload='[["Am\\u00e9lie"], {}, {}]'),
        numbered(2, payload=b"\x00\xff"),
        numbered(3, payload='[["100% film_1"], {}, {}]'),
        numbered(4, payload=None),
    )
    assert set(read(store, Sought(FILE, EVERYTHING, parts=["lie"]))) == {1, 2}
    assert set(read(store, Sought(FILE, EVERYTHING, parts=["film_1"]))) == {1, 2, 3}
    assert set(read(store, Sought(FILE, EVERYTHING, parts=["film_2"]))) == {1, 2}


def test_numbers_that_have_more_digits_are_later(store: Store) -> None:
    numbers = [9, 10, 99, 100, 1001]
    record(store, *(numbered(number) for number in numbers))
    assert read(store, Sought(FILE, EVERYTHING), size=1, limit=1) == numbers[::-1]
    assert read(store, Sought(FILE, EVERYTHING), size=2, limit=2) == numbers[::-1]


def test_one_with_its_attempts(store: Store) -> None:
    given = numbered(7, payload=b"\x00\xff film")
    late, early = (
        attempt(given.job_id, completed_at=moment, retry_count=number)
        for number, moment in ((1, NOW - 1), (0, NOW - 5))
    )
    store.record([given], [late, early], EVERYTHING)
    with store.reading() as connection:
        assert reading.one(connection, given.job_id) == (given, [early, late])
        assert reading.one(connection, "none") is None


def test_by_task(filled: Store) -> None:
    record(filled, numbered(77, task_id="twice"), numbered(101, task_id="twice"))
    record(filled, numbered(500, "another", task_id="twice"))
    with filled.reading() as connection:
        assert reading.of_task(connection, FILE, "twice") == 101
        assert reading.of_task(connection, FILE, "none") is None


def test_how_many_have_ended(filled: Store) -> None:
    with filled.reading() as connection:
        assert reading.ended_since(connection, FILE, "failed", NOW + 4, 100) == (2, NOW + 4)
        assert reading.ended_since(connection, FILE, "failed", 0.0, 100) == (14, 0.0)
        assert reading.ended_since(connection, FILE, "failed", 0.0, 2) == (2, NOW + 5)
        assert reading.ended_since(connection, "none", "failed", 0.0, 2) == (0, 0.0)
