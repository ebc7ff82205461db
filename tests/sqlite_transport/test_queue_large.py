"""Bodies beyond what one would put into a queue."""

import hashlib
from typing import Any

from kombu import Producer, Queue

films = Queue("films")


def test_a_hundred_megabytes(producer: Producer, channel: Any) -> None:
    body = bytes(range(256)) * (100 * 4096)
    producer.publish(
        body,
        routing_key="films",
        content_type="application/data",
        content_encoding="binary",
        declare=[films],
    )

    message = films(channel).get(no_ack=True, accept=["application/data"])

    assert hashlib.sha256(message.body).digest() == hashlib.sha256(body).digest()
