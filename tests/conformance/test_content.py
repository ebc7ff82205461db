"""Bodies arrive as they were sent, whatever they are."""

from importlib.util import find_spec
from typing import Any

import pytest
from kombu import Producer, Queue

queue = Queue("films")
VALUE = {"title": "Amélie", "year": 2001, "rating": 8.3, "tags": ["a", None, True]}


def round_trip(producer: Producer, channel: Any, body: object, **options: Any) -> Any:
    producer.publish(body, routing_key="films", declare=[queue], **options)
    return queue(channel).get(
        accept=["json", "pickle", "yaml", "msgpack", "application/data", "text/plain"]
    )


def needs(module: str) -> pytest.MarkDecorator:
    return pytest.mark.skipif(find_spec(module) is None, reason=f"{module} is not installed")


@pytest.mark.parametrize(
    "serializer",
    [
        "json",
        "pickle",
        pytest.param("yaml", marks=needs("yaml")),
        pytest.param("msgpack", marks=needs("msgpack")),
    ],
)
def test_every_serializer(producer: Producer, channel: Any, serializer: str) -> None:
    message = round_trip(producer, channel, VALUE, serializer=serializer)

    assert message.payload == VALUE


@pytest.mark.parametrize("compression", ["gzip", "bzip2"])
@pytest.mark.parametrize("serializer", ["json", "pickle"])
def test_compression(producer: Producer, channel: Any, serializer: str, compression: str) -> None:
    body = {"plot": "long " * 10_000}
    message = round_trip(producer, channel, body, serializer=serializer, compression=compression)

    assert "compression" in message.headers
    assert message.payload == body


def test_every_byte_survives(producer: Producer, channel: Any) -> None:
    body = bytes(range(256)) * 5
    message = round_trip(
        producer, channel, body, content_type="application/data", content_encoding="binary"
    )

    assert message.payload == body


@pytest.mark.parametrize("text", ["plain", "Ünï\u0000 código \U0001f3ac \u2028", "a\r\nb"])
def test_text(producer: Producer, channel: Any, text: str) -> None:
    message = round_trip(
        producer, channel, text, content_type="text/plain", content_encoding="utf-8"
    )

    assert message.payload == text


def test_content_type_and_encoding_are_kept(producer: Producer, channel: Any) -> None:
    message = round_trip(producer, channel, VALUE)

    assert (message.content_type, message.content_encoding) == ("application/json", "utf-8")


@pytest.mark.parametrize("megabytes", [1, 5])
def test_a_large_body(producer: Producer, channel: Any, megabytes: int) -> None:
    body = b"\x00\xff" * (megabytes * 512 * 1024)
    message = round_trip(
        producer, channel, body, content_type="application/data", content_encoding="binary"
    )

    assert message.payload == body
