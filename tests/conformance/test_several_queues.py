"""One consumer, one channel, one connection: several queues."""

from kombu import Connection, Producer, Queue
from receiving import drain_until, listen

films, series = Queue("films"), Queue("series")


def test_one_consumer_reads_several_queues(connection: Connection, producer: Producer) -> None:
    received, _ = listen(connection.channel(), [films, series])
    producer.publish("f", routing_key="films")
    producer.publish("s", routing_key="series")

    drain_until(connection, lambda: len(received) == 2)

    assert sorted(received.bodies) == ["f", "s"]


def test_each_consumer_of_a_channel_is_given_its_own(
    connection: Connection, producer: Producer
) -> None:
    channel = connection.channel()
    of_films, _ = listen(channel, films)
    of_series, _ = listen(channel, series)
    producer.publish("f", routing_key="films")
    producer.publish("s", routing_key="series")

    drain_until(connection, lambda: of_films and of_series)

    assert (of_films.bodies, of_series.bodies) == (["f"], ["s"])


def test_each_channel_of_a_connection_is_given_its_own(
    connection: Connection, producer: Producer
) -> None:
    of_films, _ = listen(connection.channel(), films)
    of_series, _ = listen(connection.channel(), series)
    producer.publish("f", routing_key="films")
    producer.publish("s", routing_key="series")

    drain_until(connection, lambda: of_films and of_series)

    assert (of_films.bodies, of_series.bodies) == (["f"], ["s"])
