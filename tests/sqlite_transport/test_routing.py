"""Topic patterns match as AMQP says; every process routes alike."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kombu import Connection, Exchange, Producer, Queue

from sqlite_transport.routing import MATCHES, Route, Topology

words = st.sampled_from(["film", "series", "added", "a", "", "a+b", "é"])
keys = st.lists(words, min_size=1, max_size=5).map(".".join)
patterns = st.lists(words | st.sampled_from(["*", "#"]), min_size=1, max_size=5).map(".".join)


def matches(pattern: list[str], key: list[str]) -> bool:
    """Match word by word, as the AMQP 0-9-1 specification describes it (3.1.3.3)."""
    if not pattern:
        return not key
    first, rest = pattern[0], pattern[1:]
    if first == "#":
        return any(matches(rest, key[skip:]) for skip in range(len(key) + 1))
    return bool(key) and first in ("*", key[0]) and matches(rest, key[1:])


@given(patterns, keys)
def test_topic_patterns_match_like_a_naive_matcher(pattern: str, key: str) -> None:
    # An empty word is a word for `#` and for itself, but nothing for `*` to stand for.
    if "*" in pattern and "" in key.split("."):
        return
    assert MATCHES["topic"](pattern, key) == matches(pattern.split("."), key.split("."))


@pytest.mark.parametrize(
    ("pattern", "key", "expected"),
    [
        ("film.*", "film.added", True),
        ("film.*", "film", False),
        ("film.*", "film.added.now", False),
        ("film.#", "film", True),
        ("film.#", "film.added.now", True),
        ("film.#", "filmed", False),
        ("#", "", True),
        ("#", "anything.at.all", True),
        ("*.added", "film.added", True),
        ("*", "film", True),
        ("*", "film.added", False),
        ("#.added", "added", True),
        ("#.added.#", "film.added.now", True),
        ("film.*.now", "film.added.now", True),
        ("f.lm", "film", False),
        ("film.(a|b)", "film.a", False),
    ],
)
def test_the_examples_of_the_manual(pattern: str, key: str, expected: bool) -> None:
    assert MATCHES["topic"](pattern, key) is expected


def route(name: str) -> Route:
    return Route(name, True, None, None, None, ())


def test_many_keys_do_not_fill_the_memory() -> None:
    topology = Topology(
        1, (0, 0), {"news": "topic"}, {"films": route("films")}, {"news": [("#", "films")]}
    )

    for number in range(25_000):
        assert topology.lookup("news", f"key.{number}") == (route("films"),)

    assert len(topology._found) <= 10_001


def test_an_unbound_queue_is_given_nothing_more(producer: Producer, channel: Any) -> None:
    exchange = Exchange("shop", "direct")
    queue = Queue("films", exchange, "film")(channel)
    queue.declare()
    queue.unbind_from(exchange, routing_key="film")

    producer.publish("x", exchange=exchange, routing_key="film")

    assert queue.get() is None


def test_a_change_by_one_connection_is_seen_by_all(connect: Any, producer: Producer) -> None:
    exchange = Exchange("news", "fanout")
    first = Queue("films", exchange)(connect().channel())
    first.declare()
    producer.publish(1, exchange=exchange, declare=[exchange])
    second = Queue("series", exchange)(connect().channel())
    second.declare()

    producer.publish(2, exchange=exchange)

    assert [first.get().decode() for _ in range(2)] == [1, 2]
    assert second.get().decode() == 2
    assert second.get() is None


def test_a_fanout_reaches_queues_whose_consumers_are_away(
    connection: Connection, producer: Producer
) -> None:
    exchange = Exchange("news", "fanout")
    queue = Queue("films", exchange)(connection.channel())
    queue.declare()

    producer.publish("while you were out", exchange=exchange)

    assert queue.get().decode() == "while you were out"


@pytest.mark.parametrize("kind", ["direct", "topic", "fanout"])
def test_amqps_own_exchanges_are_there(producer: Producer, channel: Any, kind: str) -> None:
    queue = Queue("films", Exchange(f"amq.{kind}", kind), "film")(channel)
    queue.declare()

    producer.publish("x", exchange=f"amq.{kind}", routing_key="film")

    assert queue.get().decode() == "x"


def test_a_task_that_is_dropped_is_logged(producer: Producer, caplog: Any) -> None:
    producer.publish(
        "x", exchange="amq.direct", routing_key="nowhere", headers={"task": "t", "id": "abc"}
    )

    assert "t[abc] is dropped" in caplog.text


def test_a_persistent_message_makes_its_queue(producer: Producer, channel: Any) -> None:
    producer.publish("job", routing_key="new")

    assert Queue("new")(channel).get().decode() == "job"


def test_a_transient_message_does_not(producer: Producer, rows: Any) -> None:
    producer.publish("event", routing_key="new", delivery_mode=1)

    assert rows("SELECT count(*) FROM queue") == [(0,)]
    assert rows("SELECT count(*) FROM job_queue") == [(0,)]
