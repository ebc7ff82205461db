"""A connection can be copied, pickled and written as a URL."""

import pickle

from kombu import Connection, Queue
from receiving import take

from .broker import Broker

queue = Queue("films")


def publish(connection: Connection, body: object) -> None:
    connection.Producer().publish(body, routing_key="films", declare=[queue])


def test_a_clone_reaches_the_same_broker(broker: Broker, connection: Connection) -> None:
    clone = connection.clone()
    broker.opened.append(clone)
    publish(connection, "x")

    assert take(clone, queue, 1) == ["x"]


def test_a_pickled_connection_reaches_the_same_broker(
    broker: Broker, connection: Connection
) -> None:
    thawed = pickle.loads(pickle.dumps(connection))
    broker.opened.append(thawed)
    publish(connection, "x")

    assert take(thawed, queue, 1) == ["x"]


def test_its_url_reaches_the_same_broker(broker: Broker, connection: Connection) -> None:
    again = Connection(connection.as_uri(include_password=True))
    broker.opened.append(again)
    publish(connection, "x")

    assert queue(again.channel()).get().decode() == "x"


def test_a_closed_connection_opens_again(connection: Connection) -> None:
    publish(connection, "x")
    connection.release()

    connection.connect()

    assert take(connection, queue, 1) == ["x"]


def test_connected_tells_the_state(connection: Connection) -> None:
    assert not connection.connected
    connection.connect()
    assert connection.connected
    connection.release()
    assert not connection.connected


def test_ensure_connection_gives_the_connection(connection: Connection) -> None:
    connection.ensure_connection(max_retries=1)

    assert connection.connected


def test_channels_are_independent(connection: Connection) -> None:
    publish(connection, "x")
    first, second = connection.channel(), connection.channel()
    held = queue(first).get()

    second.close()

    assert queue(connection.channel()).get() is None
    held.ack()
