"""Which queues a message goes to: default, direct, topic and fanout exchanges."""

from typing import Any

import kombu
import pytest
from kombu import Connection, Exchange, Producer, Queue
from receiving import drain_all, drain_until, listen, take

from .broker import Broker


def bound(exchange: Exchange, keys: dict[str, str], channel: Any) -> list[Queue]:
    queues = [Queue(name, exchange, routing_key=key)(channel) for name, key in keys.items()]
    for queue in queues:
        queue.declare()
    return queues


def contents(queues: list[Queue]) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for queue in queues:
        messages = iter(lambda queue=queue: queue.get(no_ack=True), None)
        found[queue.name] = [message.decode() for message in messages]
    return found


def test_the_default_exchange_knows_every_queue_by_its_name(
    producer: Producer, channel: Any
) -> None:
    exchange = Exchange("shop", "direct")
    queues = bound(exchange, {"films": "film", "series": "episode"}, channel)

    producer.publish("f", exchange="", routing_key="films")

    assert contents(queues) == {"films": ["f"], "series": []}


def test_a_direct_exchange_compares_the_key(producer: Producer, channel: Any) -> None:
    exchange = Exchange("shop", "direct")
    queues = bound(exchange, {"films": "film", "all": "film", "series": "episode"}, channel)

    producer.publish("f", exchange=exchange, routing_key="film")
    producer.publish("e", exchange=exchange, routing_key="episode")

    assert contents(queues) == {"films": ["f"], "all": ["f"], "series": ["e"]}


def test_a_topic_exchange_matches_words(broker: Broker, producer: Producer, channel: Any) -> None:
    if broker.url.startswith("redis") and kombu.VERSION < (5, 7):
        pytest.skip("on Redis kombu took * for several words until 5.7")
    exchange = Exchange("news", "topic")
    queues = bound(exchange, {"one": "film.*", "many": "film.#", "series": "series.*"}, channel)

    for key in ("film.added", "film.added.twice", "series.ended"):
        producer.publish(key, exchange=exchange, routing_key=key)

    assert contents(queues) == {
        "one": ["film.added"],
        "many": ["film.added", "film.added.twice"],
        "series": ["series.ended"],
    }


def test_a_fanout_exchange_reaches_every_listener(broker: Broker, producer: Producer) -> None:
    exchange = Exchange("alarm", "fanout")
    listeners = [broker.connect(), broker.connect()]
    heard = [
        listen(each.channel(), Queue(f"ear{number}", exchange))[0]
        for number, each in enumerate(listeners)
    ]
    for each in listeners:
        drain_all(each)

    producer.publish("fire", exchange=exchange, declare=[exchange])
    for each, ear in zip(listeners, heard, strict=True):
        drain_until(each, lambda ear=ear: ear)
        drain_all(each)

    assert [each.bodies for each in heard] == [["fire"], ["fire"]]


def test_a_message_that_no_queue_wants_is_dropped(producer: Producer, channel: Any) -> None:
    exchange = Exchange("shop", "direct")
    queues = bound(exchange, {"films": "film"}, channel)

    producer.publish("x", exchange=exchange, routing_key="music")

    assert contents(queues) == {"films": []}


def test_a_queue_bound_twice_is_given_one_copy(
    connection: Connection, producer: Producer, channel: Any
) -> None:
    exchange = Exchange("news", "topic")
    (queue,) = bound(exchange, {"films": "film.*"}, channel)
    queue.bind_to(exchange, routing_key="film.#")

    producer.publish("once", exchange=exchange, routing_key="film.added")

    assert take(connection, queue, 1) == ["once"]
    assert queue.get() is None
