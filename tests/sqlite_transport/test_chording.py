"""Chords in the broker's own file: their bodies are sent with the parts that complete them."""

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from celery import Celery
from celery.app.task import Context
from celery.exceptions import ChordError

from sqlite_transport import chording, chords
from sqlite_transport.database import open_database
from sqlite_transport.errors import Unavailable
from sqlite_transport.withheld import withheld_for, withholding

GROUP, BODY = "the-chord", "the-body"
Rows = Callable[..., list[tuple[Any, ...]]]


@pytest.fixture
def app(path: Path) -> Iterator[Celery]:
    url = f"sqlite:///{path}"
    app = Celery("test", broker=url, backend=url, set_as_current=False)
    policy = {"max_retries": 3, "interval_max": 0}
    app.conf.result_backend_transport_options = {"retry_policy": policy}
    yield app
    app.pool.force_close_all()
    app.close()


@pytest.fixture
def sent(rows: Rows) -> Callable[[], list[str]]:
    return lambda: [row[0] for row in rows("SELECT type FROM job ORDER BY id")]


def part(app: Celery, position: int, body: Any = None) -> Context:
    body = body or app.signature("body", options={"task_id": BODY})
    return Context(
        id=f"part-{position}", group=GROUP, group_index=position, chord=body, delivery_info={}
    )


def give(app: Celery, position: int, value: object = None) -> None:
    done = part(app, position)
    app.backend.mark_as_done(done.id, position if value is None else value, done)


def test_the_body_is_stored_with_the_last_part(
    app: Celery, sent: Any, rows: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    app.backend.set_chord_size(GROUP, 2)
    give(app, 0)
    complete = chords.complete

    def look_and_fail(*_: object) -> None:
        raise RuntimeError("now")

    monkeypatch.setattr(chords, "complete", look_and_fail)
    with pytest.raises(RuntimeError, match="now"):
        give(app, 1)
    assert sent() == [], "what was stored in the transaction went with it"
    assert rows("SELECT returned FROM chord") == [(1,)]

    monkeypatch.setattr(chords, "complete", complete)
    give(app, 1)
    assert sent() == ["body"]
    assert rows("SELECT count(*) FROM chord_part") == [(0,)]


def test_another_part_was_quicker(app: Celery, sent: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The chord seems to lack two parts, and in the transaction only one."""
    app.backend.set_chord_size(GROUP, 2)
    look, looked = chords.look, []

    def look_before_the_other(*arguments: Any) -> Any:
        standing = look(*arguments)
        if not looked:
            looked.append(standing)
            give(app, 0)
        return standing

    monkeypatch.setattr(chording.chords, "look", look_before_the_other)
    give(app, 1)

    assert sent() == ["body"]


def test_the_body_was_made_in_vain(app: Celery, sent: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A part is added while the last one prepares the body."""
    app.backend.set_chord_size(GROUP, 2)
    give(app, 0)
    make, made = app.backend._body, []

    def add_meanwhile(*arguments: Any) -> Any:
        made.append(1)
        body = make(*arguments)
        if len(made) == 1:
            app.backend.add_to_chord(GROUP, None)
        return body

    monkeypatch.setattr(app.backend, "_body", add_meanwhile)
    give(app, 1)
    assert sent() == []

    give(app, 2)
    assert sent() == ["body"]
    assert len(made) == 2


def test_the_same_part_twice_at_once(
    app: Celery, sent: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    app.backend.set_chord_size(GROUP, 1)
    make, made = app.backend._body, []

    def copy_meanwhile(*arguments: Any) -> Any:
        made.append(1)
        body = make(*arguments)
        if len(made) == 1:
            give(app, 0)
        return body

    monkeypatch.setattr(app.backend, "_body", copy_meanwhile)
    give(app, 0)

    assert sent() == ["body"]
    assert app.backend.get_result("part-0") == 0


def test_a_body_that_is_a_chord_is_begun_in_the_same_transaction(
    app: Celery, sent: Any, rows: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    from celery import chord

    inner = chord([app.signature("one"), app.signature("two")], app=app)
    inner.kwargs["body"] = app.signature("last")
    inner.freeze()
    done = part(app, 0, inner)
    app.backend.set_chord_size(GROUP, 1)
    app.backend.mark_as_done(done.id, 0, done)

    assert sorted(sent()) == ["one", "two"]
    assert rows("SELECT size, completed_at IS NULL FROM chord WHERE size = 2") == [(2, 1)]


@pytest.mark.parametrize("size", [3, 1200])
def test_an_expired_chord_is_a_new_one(app: Celery, sent: Any, rows: Rows, size: int) -> None:
    app.backend.set_chord_size(GROUP, 2)
    give(app, 0)
    app.backend.database.write("UPDATE chord SET expires_at = 1", ())

    give(app, 1)
    assert rows("SELECT size, returned FROM chord") == [(None, 1)]
    app.backend.set_chord_size(GROUP, 2)
    give(app, 0)
    assert sent() == ["body"]


def test_a_chord_may_never_expire(app: Celery, rows: Rows) -> None:
    app.conf.result_expires = None
    app.backend.set_chord_size(GROUP, 1)
    assert rows("SELECT expires_at FROM chord") == [(None,)]

    give(app, 0)
    assert rows("SELECT expires_at IS NULL FROM chord") == [(0,)], "what is over is forgotten"


def test_a_group_in_the_header_is_kept_as_long_as_results(app: Celery, rows: Rows) -> None:
    app.conf.update(result_chord_expires=5, result_expires=50)
    inner = app.GroupResult("inner", [app.AsyncResult("part-0")])
    before = time.time()
    app.backend.apply_chord((GROUP, [inner]), None)

    [[expires_at]] = rows("SELECT expires_at FROM group_result")
    assert before + 50 <= expires_at <= time.time() + 50


def test_what_has_returned_no_part_is_waited_for(app: Celery, rows: Rows) -> None:
    app.conf.result_chord_join_timeout = 60
    inner = app.GroupResult("inner", [app.AsyncResult("part-0"), app.AsyncResult("elsewhere")])
    app.backend.apply_chord((GROUP, [inner]), None)
    app.backend.set_chord_size(GROUP, 1)
    url = app.conf.result_backend
    other = Celery("other", broker="memory://", backend=url, set_as_current=False)
    thread = threading.Timer(0.2, other.backend.mark_as_done, ("elsewhere", "late"))
    thread.start()

    give(app, 0, "own")

    thread.join()
    [[payload]] = rows("SELECT payload FROM job")
    assert payload.startswith('[[[["own", "late"]]]')


def test_trouble_while_the_body_is_made_is_no_error_of_the_header(
    app: Celery, sent: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    app.backend.set_chord_size(GROUP, 1)
    parts, failures = chords.parts, [Unavailable("locked")]

    def fail_once(*arguments: Any) -> Any:
        if failures:
            raise failures.pop()
        return parts(*arguments)

    monkeypatch.setattr(chords, "parts", fail_once)
    give(app, 0)

    assert sent() == ["body"]


def test_a_result_is_stored_though_its_part_cannot_be_returned(
    app: Celery, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("no")

    monkeypatch.setattr(app.backend, "_return_part", fail)
    with pytest.raises(RuntimeError):
        give(app, 0)

    assert app.backend.get_result("part-0") == 0


def test_a_body_that_fails_half_way_sends_nothing(
    app: Celery, sent: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from celery import group

    body = group(app.signature("one"), app.signature("two"), app=app)
    send, called = app.amqp.send_task_message, []

    def fail_the_second(*arguments: Any, **options: Any) -> Any:
        called.append(1)
        if len(called) == 2:
            raise RuntimeError("no")
        return send(*arguments, **options)

    monkeypatch.setattr(app.amqp, "send_task_message", fail_the_second)
    app.backend.set_chord_size(GROUP, 1)
    done = part(app, 0, body)
    monkeypatch.setattr(app.control, "revoke", lambda *_, **__: None)
    app.backend.mark_as_done(done.id, 0, done)

    assert sent() == []


def test_the_broker_may_be_another_file(tmp_path: Path, path: Path, rows: Rows) -> None:
    broker = tmp_path.resolve() / "broker.db"
    app = Celery(
        "test", broker=f"sqlite:///{broker}", backend=f"sqlite:///{path}", set_as_current=False
    )
    app.backend.set_chord_size(GROUP, 2)
    give(app, 0)
    give(app, 1)

    jobs = open_database(broker).read("SELECT type FROM job")
    app.pool.force_close_all()
    app.close()
    open_database(broker).close()
    assert jobs == [("body",)]
    assert rows("SELECT completed_at IS NOT NULL FROM chord") == [(1,)]


def test_a_failed_header_fails_the_body_in_another_chord(app: Celery, sent: Any) -> None:
    """The inner chord's body is a part of the outer one."""
    outer = app.signature("outer", options={"task_id": "outer-body"})
    rest = app.signature(
        "rest",
        options={"task_id": "rest", "group_id": "outer", "group_index": 0, "chord": outer},
    )
    body = app.signature("body", options={"task_id": BODY, "chain": [rest]})
    app.backend.set_chord_size("outer", 1)
    app.backend.set_chord_size(GROUP, 1)
    bad = part(app, 0, body)
    for _ in range(2):
        app.backend.mark_as_failure(bad.id, KeyError("k"), request=bad)

    assert sent() == []
    assert isinstance(app.backend.get_result(BODY), ChordError)
    if hasattr(Celery("x").backend, "_fail_chain"):  # Celery 5.7
        assert isinstance(app.backend.get_result("outer-body"), ChordError)


def test_withholding_is_a_threads_own(app: Celery, path: Path, sent: Any) -> None:
    database = open_database(path)
    with withholding(database) as outer:
        app.signature("one").delay()
        with withholding(database) as inner:
            app.signature("two").delay()
        thread = threading.Thread(target=app.signature("free").delay)
        thread.start()
        thread.join()
        assert withheld_for(database) is outer
        assert sent() == ["free"]
    inner.drop()
    for withheld in (outer, inner):
        with database.writing as connection:
            withheld.store(connection)
        withheld.announce()
    assert withheld_for(database) is None
    assert sent() == ["free", "one"]


@pytest.mark.long
@pytest.mark.timeout(600)
def test_a_chord_of_ten_thousand_parts(
    app: Celery, rows: Rows, request: pytest.FixtureRequest
) -> None:
    size = 50_000 if request.config.getoption("--long") else 10_000
    app.backend.set_chord_size(GROUP, size)
    early = work_for(app, range(100))
    for position in range(100, size - 200):
        give(app, position)
    late = work_for(app, range(size - 200, size - 100))
    for position in range(size - 100, size):
        give(app, position)

    assert rows("SELECT type FROM job") == [("body",)]
    assert rows("SELECT count(*) FROM chord_part") == [(0,)]
    assert late < 2 * early, "a part costs the same however many have returned"


def work_for(app: Celery, positions: range) -> int:
    """Return these parts; tell how much SQLite had to do, in dozens of its instructions."""
    done = 0

    def work() -> int:
        nonlocal done
        done += 1
        return 0

    connection = app.backend.database.open()
    connection.set_progress_handler(work, 12)
    for position in positions:
        give(app, position)
    connection.set_progress_handler(None, 0)
    return done
