"""Values come back as they were, whatever they are and however they are written."""

from importlib.util import find_spec
from typing import Any

import celery
import pytest

from .backends import Backends, name

VALUE = {"title": "Amélie", "year": 2001, "rating": 8.3, "tags": ["a", None, True], "\u2028": "🎬"}
SERIALIZERS = ["json", "pickle", "yaml", "msgpack"]

with_compression = pytest.mark.skipif(
    celery.VERSION < (5, 7), reason="result_compression came with Celery 5.7"
)


def skip_without(serializer: str) -> None:
    if find_spec({"yaml": "yaml", "msgpack": "msgpack"}.get(serializer, "json")) is None:
        pytest.skip(f"{serializer} is not installed")


@pytest.mark.parametrize("serializer", SERIALIZERS)
def test_every_serializer(backends: Backends, serializer: str) -> None:
    skip_without(serializer)
    backend = backends.make(result_serializer=serializer)
    backend.mark_as_done(task := name(), VALUE)
    backend.mark_as_failure(failed := name(), ValueError("x", 1))

    assert backend.get_result(task) == VALUE
    assert repr(backend.get_result(failed)) == "ValueError('x', 1)"


@with_compression
@pytest.mark.parametrize("compression", ["gzip", "bzip2"])
@pytest.mark.parametrize("serializer", SERIALIZERS)
def test_compression(backends: Backends, serializer: str, compression: str) -> None:
    skip_without(serializer)
    value = {"plot": "long " * 10_000}
    backend = backends.make(result_serializer=serializer, result_compression=compression)
    backend.mark_as_done(task := name(), value)

    assert backend.get_result(task) == value
    assert backends.make(result_serializer=serializer).get_result(task) == value


@pytest.mark.parametrize("value", [None, 0, "", [], {}, False, 1.5, "x" * 2_000_000])
def test_plain_values(backend: Any, value: object) -> None:
    backend.mark_as_done(task := name(), value)

    assert backend.get_result(task) == value
    assert backend.get_state(task) == "SUCCESS"


def test_every_byte(backends: Backends) -> None:
    backend = backends.make(result_serializer="pickle")
    backend.mark_as_done(task := name(), bytes(range(256)) * 3)

    assert backend.get_result(task) == bytes(range(256)) * 3


def test_what_is_not_accepted_is_refused(backends: Backends) -> None:
    writer = backends.make(result_serializer="pickle")
    reader = backends.make(result_serializer="pickle", result_accept_content=["json"])
    writer.mark_as_done(task := name(), 1)

    with pytest.raises(Exception, match="untrusted"):
        reader.get_result(task)
