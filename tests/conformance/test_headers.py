"""Headers and properties arrive as they were sent."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from kombu import Producer, Queue

queue = Queue("films")


@pytest.mark.parametrize(
    "value",
    [
        "text",
        "Amélie \U0001f3ac",
        7,
        1.5,
        None,
        True,
        [1, [2, {"three": 3}]],
        datetime(2026, 2, 3, 4, 5, 6, 789, tzinfo=UTC),
        UUID("12345678-1234-5678-1234-567812345678"),
        Decimal("1.10"),
    ],
    ids=repr,
)
def test_a_header_arrives_as_it_was_sent(producer: Producer, channel: Any, value: object) -> None:
    producer.publish("x", routing_key="films", declare=[queue], headers={"mine": value})

    assert queue(channel).get().headers["mine"] == value


def test_properties_arrive(producer: Producer, channel: Any) -> None:
    producer.publish(
        "x", routing_key="films", declare=[queue], reply_to="desk", correlation_id="42"
    )
    properties = queue(channel).get().properties

    assert (properties["reply_to"], properties["correlation_id"]) == ("desk", "42")


@pytest.mark.parametrize("name", ["ünïcødé", "with space", "日本", "a'b\"c", "%s?x=1#y", "a.b/c"])
def test_a_queue_may_have_any_name(producer: Producer, channel: Any, name: str) -> None:
    strange = Queue(name)
    producer.publish("x", routing_key=name, declare=[strange])

    assert strange(channel).get().decode() == "x"
