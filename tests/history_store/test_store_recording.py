"""What is recorded is there once, whole, whoever records it and how often."""

import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from look import job_ids, rows
from samples import ATTEMPT, ENTRY, EVERYTHING, NOW, attempt, entry
from sqlalchemy.exc import IntegrityError, OperationalError

from sqlite_transport.errors import Unavailable
from sqlite_transport.history_store import creation
from sqlite_transport.history_store import engine as engine_module
from sqlite_transport.history_store import store as store_module
from sqlite_transport.history_store.entry import job_id_of
from sqlite_transport.history_store.store import Store


def test_an_entry_is_there_as_it_was_given(store: Store, url: str) -> None:
    store.record([ENTRY], [ATTEMPT], EVERYTHING)
    [row] = rows(url, "job_history")
    assert {name: row[name] for name in ENTRY._fields} == ENTRY._asdict()
    assert row["wait_ms"] == pytest.approx(8000)
    assert row["duration_ms"] == pytest.approx(2000)
    assert row["payload_base64"] == 0
    [tried] = rows(url, "job_attempt")
    assert {name: tried[name] for name in ATTEMPT._fields} == ATTEMPT._asdict()


def test_what_never_began_has_no_times(store: Store, url: str) -> None:
    store.record([entry(status="cancelled", error="expired", started_at=None)], [], EVERYTHING)
    [row] = rows(url, "job_history")
    assert (row["wait_ms"], row["duration_ms"]) == (None, None)


def test_waiting_begins_when_a_job_is_due(store: Store, url: str) -> None:
    store.record([entry(due_at=NOW - 3)], [], EVERYTHING)
    assert rows(url, "job_history")[0]["wait_ms"] == pytest.approx(1000)


def test_recorded_again_it_is_there_once(store: Store, url: str) -> None:
    for _ in range(3):
        store.record([ENTRY, entry("file:2")], [ATTEMPT, ATTEMPT], EVERYTHING)
    assert job_ids(url) == ["file:1", "file:2"]
    assert len(rows(url, "job_attempt")) == 1


def test_the_last_word_on_a_job_holds(store: Store, url: str) -> None:
    store.record([entry(status="failed")], [], EVERYTHING)
    store.record([entry(status="completed"), entry(status="cancelled")], [], EVERYTHING)
    assert [row["status"] for row in rows(url, "job_history")] == ["cancelled"]


def test_nothing_to_record(store: Store, url: str) -> None:
    store.record([], [], EVERYTHING)
    assert rows(url, "job_history") == []


def test_of_a_status_that_is_not_kept_nothing_stays(store: Store, url: str) -> None:
    store.record([], [ATTEMPT], ["failed"])
    store.record([ENTRY], [attempt(completed_at=NOW)], ["failed"])
    assert rows(url, "job_history") + rows(url, "job_attempt") == []


def test_keys_differ_in_the_case_of_a_letter(store: Store, url: str) -> None:
    store.record([entry("a"), entry("A")], [], EVERYTHING)
    assert job_ids(url) == ["A", "a"]


@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        (b"plain", ("plain", 0)),
        (b"\xff\x00", ("/wA=", 1)),
        ("nul \0", ("bnVsIAA=", 1)),
        ("\ud800", ("7aCA", 1)),
        (None, (None, 0)),
        ("", ("", 0)),
    ],
)
def test_a_body_of_any_kind(
    store: Store, url: str, payload: str | bytes | None, expected: tuple[str | None, int]
) -> None:
    store.record([entry(payload=payload)], [], EVERYTHING)
    [row] = rows(url, "job_history")
    assert (row["payload"], row["payload_base64"]) == expected


def test_a_large_body(store: Store, url: str) -> None:
    body = "x" * 3_000_000
    store.record([entry(payload=body)], [], EVERYTHING)
    assert rows(url, "job_history")[0]["payload"] == body


def test_what_no_column_would_take_is_made_to_fit(store: Store, url: str) -> None:
    strange: dict[str, Any] = {"retry_count": "many", "max_retries": 2**70, "deliveries": True}
    store.record(
        [entry(error="nul \0, \ud800", task_id="t" * 300, type="é" * 300, **strange)],
        [],
        EVERYTHING,
    )
    [row] = rows(url, "job_history")
    assert row["error"] == "nul \N{REPLACEMENT CHARACTER}, \\ud800"
    assert (row["task_id"], row["type"]) == ("t" * 255, "é" * 255)
    assert (row["retry_count"], row["max_retries"], row["deliveries"]) == (0, 2**31 - 1, 1)


def test_a_long_task_id_is_a_key_all_the_same(store: Store, url: str) -> None:
    names = ["t" * 80, "t" * 81, "t" * 82]
    store.record([entry(job_id_of(name), task_id=name) for name in names], [], EVERYTHING)
    assert {row["task_id"] for row in rows(url, "job_history")} == set(names)


def be_patient(patch: Callable[[object, str, object], object]) -> None:
    """Let one that always comes last wait, and try, until the others are done.

    A worker gives up for then, and is back after a while.
    """
    patch(engine_module, "PATIENCE", 240)
    patch(creation, "TRIES", 2400)
    patch(store_module, "TRIES", 100)


def test_threads_that_record_the_same(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """As two workers do that ship at once; they also make the tables at once."""
    be_patient(monkeypatch.setattr)
    entries = [entry(f"file:{number}") for number in range(200)]
    attempts = [attempt(f"file:{number}") for number in range(200)]
    failures: list[Exception] = []

    def work() -> None:
        store = Store(url)
        try:
            for start in range(0, 200, 50):
                store.record(entries[start:][:50], attempts[start:][:50], EVERYTHING)
        except Exception as error:
            failures.append(error)
        finally:
            store.close()

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(240)
    assert failures == []
    assert len(rows(url, "job_history")) == len(rows(url, "job_attempt")) == 200


PROGRAM = """
import sys
sys.path.insert(0, sys.argv[1])
from samples import ENTRY, ATTEMPT, EVERYTHING
from sqlite_transport.history_store.store import Store
from test_store_recording import be_patient
be_patient(setattr)
sys.stdin.readline()
store = Store(sys.argv[2])
store.record([ENTRY], [ATTEMPT], EVERYTHING)
store.close()
"""


def test_programs_that_make_the_tables_at_once(url: str) -> None:
    command = [sys.executable, "-W", "error", "-c", PROGRAM, str(Path(__file__).parent), url]
    programs = [subprocess.Popen(command, stdin=subprocess.PIPE) for _ in range(4)]
    try:
        for program in programs:
            assert program.stdin is not None
            program.stdin.write(b"\n")
            program.stdin.flush()
        assert [program.wait(240) for program in programs] == [0] * 4
    finally:
        for program in programs:
            program.kill()
            program.wait()
            assert program.stdin is not None
            program.stdin.close()
    assert (len(rows(url, "job_history")), len(rows(url, "job_attempt"))) == (1, 1)
    assert rows(url, "job_history_version", "id") == [{"id": 1, "version": 1}]


class Refusing:
    """A database that refuses some rows, told by a word in their payload."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *words: str) -> None:
        self.words = words
        self.real = store_module._replace
        monkeypatch.setattr(store_module, "_replace", self.replace)

    def replace(self, connection: Any, rows: list[dict[str, Any]]) -> None:
        for row in rows:
            if any(word in f"{row['payload']} {row['queue']}" for word in self.words):
                raise OperationalError("insert", {}, Exception("packet too big"))
        self.real(connection, rows)


def test_one_row_that_is_refused_goes_without_its_message(
    store: Store, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.prepare()
    Refusing(monkeypatch, "huge")
    many = [entry("file:1", payload="huge"), entry("file:2")]
    store.record(many, [ATTEMPT, attempt("file:2")], EVERYTHING)
    assert [(row["job_id"], row["payload"]) for row in rows(url, "job_history", "job_id")] == [
        ("file:1", None),
        ("file:2", ENTRY.payload),
    ]
    assert len(rows(url, "job_attempt")) == 2


def test_one_that_is_refused_even_so_is_no_success(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.prepare()
    Refusing(monkeypatch, "celery")
    with pytest.raises(Unavailable, match="packet too big"):
        store.record([ENTRY], [], EVERYTHING)


def test_another_process_that_is_quicker_each_time(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.prepare()
    tries = []

    def collide(connection: Any, rows: object) -> None:
        tries.append(rows)
        raise IntegrityError("insert", {}, Exception("duplicate key"))

    monkeypatch.setattr(store_module, "_replace", collide)
    with pytest.raises(Unavailable, match="duplicate key"):
        store.record([ENTRY], [], EVERYTHING)
    assert len(tries) >= store_module.TRIES
