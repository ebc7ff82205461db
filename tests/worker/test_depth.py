"""Arguments that are nested too deep for a pool's process."""

import json
import pickle
from typing import Any

import pytest
from messages import message

from sqlite_transport.worker.depth import DEEPEST, is_too_deep


def nested(depth: int) -> dict[str, Any]:
    value: dict[str, Any] = {}
    for _ in range(depth):
        value = {"x": value}
    return value


def is_refused(kwargs: Any, as_bytes: bool = False, **headers: Any) -> bool:
    text = json.dumps([[], kwargs, {}])
    body = text.encode() if as_bytes else text
    return is_too_deep(message(body=body), {"id": "0b7c", "args": [], "kwargs": kwargs, **headers})


@pytest.mark.parametrize("as_bytes", [False, True])
def test_what_is_too_deep_is_refused(as_bytes: bool) -> None:
    assert is_refused(nested(DEEPEST + 1), as_bytes)
    assert is_refused({"list": [[nested(DEEPEST)]]}, as_bytes)
    assert not is_refused(nested(DEEPEST - 10), as_bytes)
    assert not is_refused({"rows": [{"x": n} for n in range(5 * DEEPEST)]}, as_bytes)


def test_headers_are_looked_at_too() -> None:
    assert is_refused({}, stamps=nested(DEEPEST + 1))
    assert not is_refused({}, stamps={"by": ["me"]})


def test_another_serializer_is_looked_through() -> None:
    kwargs = nested(DEEPEST + 1)
    other = message(body=b"\x82", content_type="application/x-msgpack")
    assert is_too_deep(other, {"args": [], "kwargs": kwargs})


def test_what_is_let_through_can_be_pickled_below_a_workers_calls() -> None:
    def below(calls: int) -> bytes:
        return below(calls - 1) if calls else pickle.dumps(nested(DEEPEST))

    assert below(200)
