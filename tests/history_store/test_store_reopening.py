"""A job that is to run again leaves the history if it could be sent, and else stays in it."""

import threading

import pytest
from samples import EVERYTHING, NOW, attempt, entry

from sqlite_transport.history_store import engine, reading
from sqlite_transport.history_store.store import Store


def look(store: Store, job_id: str = "file:1") -> object:
    with store.reading() as connection:
        return reading.one(connection, job_id)


def test_its_end_becomes_an_attempt(store: Store) -> None:
    first = entry(status="failed", error="ValueError", traceback="Traceback…")
    store.record([first, entry("file:2")], [attempt()], EVERYTHING)
    with store.reopening(first) as was_there:
        assert was_there
    assert look(store) is None
    assert look(store, "file:2") is not None

    second = entry(completed_at=NOW + 5)
    store.record([second], [], EVERYTHING)
    found = look(store)
    assert found is not None
    _, attempts = found  # type: ignore[misc]
    assert [(each.status, each.error) for each in attempts] == [
        ("retried", "HiccupError"),
        ("failed", "ValueError"),
    ]
    assert attempts[1].completed_at == pytest.approx(NOW, abs=0.0005)


def test_it_stays_if_it_cannot_be_sent(store: Store) -> None:
    store.record([entry()], [attempt()], EVERYTHING)
    with pytest.raises(RuntimeError, match="away"), store.reopening(entry()):
        raise RuntimeError("away")
    found = look(store)
    assert found is not None
    assert len(found[1]) == 1  # type: ignore[index]


def test_it_is_sent_once(store: Store) -> None:
    store.record([entry()], [], EVERYTHING)
    with store.reopening(entry()) as was_there:
        assert was_there
    with store.reopening(entry()) as was_there:
        assert not was_there


def test_a_later_end_stays(store: Store) -> None:
    store.record([entry(completed_at=NOW + 5)], [], EVERYTHING)
    with store.reopening(entry()) as was_there:
        assert not was_there
    assert look(store) is not None


def test_of_two_operators_one_sends_it(
    url: str, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "PATIENCE", 240)
    store.record([entry()], [], EVERYTHING)
    other = Store(url)
    first_has_it, second_is_there = threading.Event(), threading.Event()
    found: list[bool] = []

    def second() -> None:
        first_has_it.wait(240)
        second_is_there.set()
        with other.reopening(entry()) as was_there:
            found.append(was_there)

    thread = threading.Thread(target=second)
    thread.start()
    with store.reopening(entry()) as was_there:
        first_has_it.set()
        second_is_there.wait(240)
    thread.join(240)
    other.close()
    assert (was_there, found) == (True, [False])
