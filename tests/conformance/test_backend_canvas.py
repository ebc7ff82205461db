"""Groups, chains and chords, run by a worker."""

import time
from pathlib import Path
from typing import Any

import pytest
from celery import Celery, chain, chord, group
from celery.exceptions import ChordError

from .backends import name

PATIENCE = 240


class Tasks:
    """The worker's tasks by their names."""

    def __init__(self, app: Celery) -> None:
        self.app = app

    def __getattr__(self, task: str) -> Any:
        return self.app.tasks[task]


@pytest.fixture
def do(canvas: Celery) -> Tasks:
    return Tasks(canvas)


def run(signature: Any) -> Any:
    return signature.apply_async().get(timeout=PATIENCE)


def test_a_task(do: Tasks) -> None:
    assert do.add.delay(1, 2).get(timeout=PATIENCE) == 3


def test_a_group(do: Tasks) -> None:
    assert run(group(do.add.s(n, n) for n in range(50))) == [2 * n for n in range(50)]


def test_a_chain_knows_its_parents(do: Tasks) -> None:
    result = chain(do.add.s(1, 1), do.double.s(), do.double.s()).apply_async()

    assert result.get(timeout=PATIENCE) == 8
    assert result.parent.get(timeout=PATIENCE) == 4
    assert result.parent.parent.get(timeout=PATIENCE) == 2


def test_a_task_tells_its_children(do: Tasks) -> None:
    result = do.add.apply_async((1, 1), link=do.double.s())

    assert result.get(timeout=PATIENCE) == 2
    assert [child.get(timeout=PATIENCE) for child in result.children] == [4]


def test_chords(do: Tasks) -> None:
    add, total, same, double = do.add, do.total, do.same, do.double
    many = {
        6: chord([add.s(1, 1), add.s(2, 2)], total.s()),
        7: chord([chord([add.s(1, 1), add.s(2, 1)], total.s()), add.s(1, 1)], total.s()),
        12: chain(group(add.s(1, 1), add.s(2, 2)), total.s(), double.s()),
        20: chain(add.s(1, 1), group(double.s(), double.s()), total.s(), add.s(12)),
        28: chain(add.s(1, 1), *[group(double.s(), double.s()), total.s()] * 1, add.s(20)),
        0: chord([], total.s(), app=do.app),
        2: chord([add.s(1, 1)], total.s()),
        16: chord([do.replaced.s(4), do.replaced.s(4)], total.s()),
        9: chord([do.grow.s(3)], total.s()),
        5: chord([do.quiet.s(2), do.quiet.s(3)], total.s()),
    }
    assert [run(signature) for signature in many.values()] == list(many)
    flat = run(chord([group(add.s(1, 1), add.s(2, 2)), add.s(3, 3)], same.s()))
    assert sorted(flat) == [2, 4, 6]
    assert run(chord([add.s(1, 1)], group(same.s(), total.s()))) == [[2], 2]
    assert run(chord([add.s(1, 1)], chord([same.s(), total.s()], same.s()))) == [[2], 2]
    assert run(group(chord([add.s(n, n)], total.s()) for n in range(3))) == [0, 2, 4]
    assert run(chain(group(add.s(1, 1), add.s(2, 2)), group(total.s(), total.s()))) == [6, 6]


def test_an_error_in_the_header_reaches_the_errback(do: Tasks) -> None:
    key = name()
    body = do.total.s().on_error(do.note.s(key))

    result = chord([do.add.s(1, 1), do.fail.s()], body).apply_async()

    # The one or the other, whichever it hears of first.
    with pytest.raises((ValueError, ChordError), match="on purpose"):
        result.get(timeout=PATIENCE)
    result = do.app.AsyncResult(result.id)
    deadline = time.monotonic() + PATIENCE
    while not result.ready():
        assert time.monotonic() < deadline
        time.sleep(0.01)
    assert isinstance(result.result, ChordError)
    assert do.app.AsyncResult(key).get(timeout=PATIENCE) == result.id


@pytest.mark.parametrize("place", ["inner header", "inner body", "in a group", "in a chain"])
def test_errors_come_out(do: Tasks, place: str) -> None:
    add, total, fail = do.add, do.total, do.fail
    signature = {
        "inner header": chord([chord([fail.s(), add.s(1, 1)], total.s()), add.s(1, 1)], total.s()),
        "inner body": chord([chord([add.s(1, 1)], fail.s()), add.s(1, 1)], total.s()),
        "in a group": chord([group(fail.s(), add.s(1, 1)), add.s(1, 1)], total.s()),
        "in a chain": chord([chain(fail.s(), do.double.s()), add.s(1, 1)], total.s()),
    }[place]

    with pytest.raises((ValueError, ChordError)):
        run(signature)


def test_a_retried_task(do: Tasks) -> None:
    assert do.again.delay().get(timeout=PATIENCE) == 2


def test_progress(do: Tasks, tmp_path: Path) -> None:
    told: list[Any] = []
    result = do.progress.delay(str(tmp_path))

    def hear(meta: dict[str, Any]) -> None:
        """Redis also tells of other tasks, and how this one stands before it has begun."""
        if meta["task_id"] == result.id and meta["status"] != "PENDING":
            told.append(meta["result"])
        if meta["status"] == "PROGRESS":
            (tmp_path / str(meta["result"]["number"])).touch()

    assert result.get(timeout=PATIENCE, on_message=hear) == "done"
    numbers = [said["number"] for said in told[:-1]]
    assert [*dict.fromkeys(numbers)] == [0, 1, 2]
    assert told[-1] == "done"


def test_an_ignored_result(do: Tasks) -> None:
    result = do.quiet.delay(1)
    do.add.delay(1, 1).get(timeout=PATIENCE)
    do.add.delay(1, 1).get(timeout=PATIENCE)

    assert result.state == "PENDING"


def test_a_join_of_many(do: Tasks) -> None:
    results = [do.add.delay(n, 1) for n in range(40)]

    assert do.app.ResultSet(results).join_native(timeout=PATIENCE) == list(range(1, 41))


def test_a_large_chord(do: Tasks) -> None:
    assert run(chord((do.add.s(n, 0) for n in range(500)), do.total.s())) == sum(range(500))
