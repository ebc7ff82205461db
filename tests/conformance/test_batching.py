"""`Producer.batch()`: several messages in one go."""

import pytest
from kombu import Connection, Exchange, Producer, Queue
from receiving import take

pytestmark = pytest.mark.skipif(
    not hasattr(Producer, "batch"), reason="batches came with kombu 5.7"
)

queue = Queue("films")


def test_a_batch_arrives_in_order(connection: Connection, producer: Producer) -> None:
    with producer.batch():
        for number in range(25):
            producer.publish(number, routing_key="films", declare=[queue])

    assert take(connection, queue, 25) == list(range(25))


def test_nothing_arrives_before_the_end(connection: Connection, producer: Producer) -> None:
    bound = queue(connection.channel())
    bound.declare()
    with producer.batch():
        producer.publish("x", routing_key="films")
        assert bound.get() is None

    assert bound.get().decode() == "x"


def test_a_flush_sends_what_there_is(connection: Connection, producer: Producer) -> None:
    bound = queue(connection.channel())
    bound.declare()
    with producer.batch() as batch:
        producer.publish("x", routing_key="films")
        batch.flush()
        assert bound.get().decode() == "x"


def test_an_exception_sends_nothing(connection: Connection, producer: Producer) -> None:
    bound = queue(connection.channel())
    bound.declare()

    def publish_and_fail() -> None:
        with producer.batch():
            producer.publish("x", routing_key="films")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        publish_and_fail()

    assert bound.get() is None


def test_a_full_batch_is_sent_at_once(connection: Connection, producer: Producer) -> None:
    bound = queue(connection.channel())
    bound.declare()
    with producer.batch(max_size=2):
        producer.publish(1, routing_key="films")
        producer.publish(2, routing_key="films")
        assert bound.get().decode() == 1


def test_a_batch_may_go_to_several_queues(connection: Connection, producer: Producer) -> None:
    shop = Exchange("shop", "direct")
    films, series = Queue("films", shop, "film"), Queue("series", shop, "episode")
    with producer.batch():
        producer.publish("f", exchange=shop, routing_key="film", declare=[films])
        producer.publish("e", exchange=shop, routing_key="episode", declare=[series])

    assert take(connection, films, 1) == ["f"]
    assert take(connection, series, 1) == ["e"]
