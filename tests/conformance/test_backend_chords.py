"""A chord's body is sent once, with what its header returned, in the header's order."""

import threading
from typing import Any

import celery
import pytest
from celery import Celery
from celery.exceptions import ChordError, TaskRevokedError

from .backends import Backends, name, part, sent


@pytest.fixture
def app(backends: Backends) -> Celery:
    return backends.app()


@pytest.fixture
def counts_once(backends: Backends) -> None:
    if backends.kind == "redis" and celery.VERSION < (5, 7):
        pytest.skip("Celery 5.6's Redis backend counts a part that comes again")


def body_of(app: Celery, **options: Any) -> Any:
    return app.signature("body", options={"task_id": name(), **options})


def test_the_last_part_sends_the_body(app: Celery) -> None:
    group, body = name(), body_of(app)
    app.backend.set_chord_size(group, 3)
    for number in (2, 0):
        done = part(group, number, body)
        app.backend.mark_as_done(done.id, f"value {number}", done)
        assert sent(app) == []

    last = part(group, 1, body)
    app.backend.mark_as_done(last.id, "value 1", last)

    assert sent(app) == [("body", [["value 0", "value 1", "value 2"]])]
    assert app.backend.get_result(last.id) == "value 1"


def test_parts_may_be_quicker_than_the_size(app: Celery) -> None:
    group, body = name(), body_of(app)
    early, last = part(group, 0, body), part(group, 1, body)
    app.backend.mark_as_done(early.id, 0, early)
    app.backend.set_chord_size(group, 2)
    assert sent(app) == []

    app.backend.mark_as_done(last.id, 1, last)

    assert sent(app) == [("body", [[0, 1]])]


@pytest.mark.usefixtures("counts_once")
def test_a_part_that_comes_again_counts_once(app: Celery) -> None:
    group, body = name(), body_of(app)
    app.backend.set_chord_size(group, 2)
    first, last = part(group, 0, body), part(group, 1, body)
    app.backend.mark_as_done(first.id, "first", first)
    app.backend.mark_as_done(first.id, "other", first)
    assert sent(app) == []

    for _ in range(3):
        app.backend.mark_as_done(last.id, "last", last)

    assert sent(app) == [("body", [["first", "last"]])]


def test_a_task_may_be_in_the_header_twice(app: Celery) -> None:
    group, body, task = name(), body_of(app), name()
    app.backend.set_chord_size(group, 2)
    for position in range(2):
        app.backend.mark_as_done(task, position, part(group, position, body, task))

    assert sent(app) == [("body", [[0, 1]])]


def test_a_part_without_a_position_is_last(app: Celery) -> None:
    group, body = name(), body_of(app)
    app.backend.set_chord_size(group, 2)
    for position, value in ((None, "last"), (5, "first")):
        done = part(group, position, body)  # type: ignore[arg-type]
        app.backend.mark_as_done(done.id, value, done)

    assert sent(app) == [("body", [["first", "last"]])]


def test_a_part_can_be_added(app: Celery) -> None:
    group, body = name(), body_of(app)
    app.backend.set_chord_size(group, 1)
    app.backend.add_to_chord(group, app.AsyncResult(name()))
    first, last = part(group, 0, body), part(group, 0, body)
    app.backend.mark_as_done(first.id, 1, first)
    assert sent(app) == []

    app.backend.mark_as_done(last.id, 2, last)

    assert [sorted(values) for _, [values] in sent(app)] == [[1, 2]]


def test_a_part_whose_result_is_ignored_counts(app: Celery) -> None:
    group, body = name(), body_of(app)
    app.backend.set_chord_size(group, 1)
    done = part(group, 0, body)
    done.ignore_result = True
    app.backend.mark_as_done(done.id, 1, done)

    assert sent(app) == [("body", [[1]])]
    assert app.backend.get_state(done.id) == "PENDING"


@pytest.mark.usefixtures("counts_once")
@pytest.mark.parametrize("kind", ["failure", "revoked"])
def test_an_error_in_the_header_fails_the_body(app: Celery, kind: str) -> None:
    errback = app.signature("errback")
    group, body = name(), body_of(app, link_error=[errback])
    app.backend.set_chord_size(group, 2)
    bad, good = part(group, 0, body), part(group, 1, body)
    if kind == "failure":
        app.backend.mark_as_failure(bad.id, KeyError("k"), request=bad)
    else:
        app.backend.mark_as_revoked(bad.id, "k", request=bad)

    for _ in range(2):
        app.backend.mark_as_done(good.id, 1, good)

    assert sent(app) == [("errback", [body.id])]
    error = app.backend.get_result(body.id)
    assert isinstance(error, ChordError)
    assert f"Dependency {bad.id} raised" in str(error)
    kinds = {"failure": KeyError, "revoked": TaskRevokedError}
    assert isinstance(app.backend.get_result(bad.id), kinds[kind])
    assert app.backend.get_result(good.id) == 1


def test_a_body_that_cannot_be_sent_fails(app: Celery, monkeypatch: pytest.MonkeyPatch) -> None:
    group, body = name(), body_of(app)
    app.backend.set_chord_size(group, 1)

    def refuse(*_: object, **__: object) -> None:
        raise RuntimeError("no")

    monkeypatch.setattr(app.amqp, "send_task_message", refuse)
    done = part(group, 0, body)
    app.backend.mark_as_done(done.id, 1, done)

    assert isinstance(app.backend.get_result(body.id), ChordError)
    assert "Callback error" in str(app.backend.get_result(body.id))


def test_groups_in_the_header_become_lists(app: Celery) -> None:
    chord, body = name(), body_of(app)
    ids = [name() for _ in range(4)]
    results = [app.AsyncResult(task) for task in ids]
    inner = app.GroupResult(name(), results[1:3])
    app.backend.apply_chord((chord, [results[0], inner, results[3]]), body)
    app.backend.set_chord_size(chord, 4)
    for position, task in reversed([*enumerate(ids)]):
        app.backend.mark_as_done(task, position, part(chord, position, body, task))

    assert sent(app) == [("body", [[0, [1, 2], 3]])]


def test_an_error_in_a_group_of_the_header(app: Celery) -> None:
    chord, body = name(), body_of(app)
    ids = [name() for _ in range(2)]
    inner = app.GroupResult(name(), [app.AsyncResult(task) for task in ids])
    app.backend.apply_chord((chord, [inner]), body)
    app.backend.set_chord_size(chord, 2)
    app.backend.mark_as_failure(ids[0], KeyError("k"), request=part(chord, 0, body, ids[0]))
    app.backend.mark_as_done(ids[1], 1, part(chord, 1, body, ids[1]))

    assert sent(app) == []
    assert "Join error: KeyError('k')" in str(app.backend.get_result(body.id))


def test_a_chord_can_be_applied_again(app: Celery) -> None:
    group, body, task = name(), body_of(app), name()
    for run in ("first", "second"):
        app.backend.apply_chord((group, [app.AsyncResult(task)]), body)
        app.backend.set_chord_size(group, 1)
        app.backend.mark_as_done(task, run, part(group, 0, body, task))

        assert sent(app) == [("body", [[run]])]


def test_a_failed_chain_fails_its_chord(app: Celery) -> None:
    """The rest of the chain is what the header waits for."""
    group, body = name(), body_of(app)
    app.backend.set_chord_size(group, 1)
    rest = app.signature(
        "rest",
        options={"task_id": name(), "group_id": group, "group_index": 0, "chord": body},
    )
    first = part(group, 0, None)
    first.group = first.chord = None
    first.chain = [rest]

    for _ in range(2):
        app.backend.mark_as_failure(first.id, KeyError("k"), request=first)

    assert isinstance(app.backend.get_result(rest.id), KeyError)
    assert isinstance(app.backend.get_result(body.id), ChordError)


def test_a_body_of_several(app: Celery) -> None:
    group_id = name()
    body = celery.group(app.signature("one"), app.signature("two"), app=app)
    app.backend.set_chord_size(group_id, 1)
    done = part(group_id, 0, body)
    app.backend.mark_as_done(done.id, 1, done)

    assert sorted(sent(app)) == [("one", [[1]]), ("two", [[1]])]


def test_what_is_no_part_changes_no_chord(app: Celery) -> None:
    done = part("", 0, body_of(app))
    app.backend.mark_as_done(done.id, 1, done)

    assert app.backend.get_result(done.id) == 1
    assert sent(app) == []


def test_parts_return_at_once(backends: Backends) -> None:
    app = backends.app()
    group, body = name(), body_of(app)
    app.backend.set_chord_size(group, 40)
    start = threading.Barrier(8)

    def work(number: int) -> None:
        start.wait()
        for position in range(number, 40, 8):
            done = part(group, position, body)
            app.backend.mark_as_done(done.id, position, done)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sent(app) == [("body", [list(range(40))])]
