"""Declaring, looking for and deleting exchanges, queues and bindings."""

from typing import Any

import pytest
from kombu import Connection, Exchange, Producer, Queue
from kombu.exceptions import ChannelError
from receiving import drain_all, listen
from sending import HISTORY, after, send_job

films = Queue("films")


def code(raised: pytest.ExceptionInfo[ChannelError]) -> int:
    return int(raised.value.reply_code)


def test_looking_for_a_queue_that_is_missing(channel: Any) -> None:
    with pytest.raises(ChannelError, match="films") as raised:
        channel.queue_declare("films", passive=True)
    assert code(raised) == 404


def test_looking_for_an_exchange_that_is_missing(channel: Any) -> None:
    with pytest.raises(ChannelError, match="shop") as raised:
        channel.exchange_declare("shop", passive=True)
    assert code(raised) == 404


def test_looking_makes_nothing(channel: Any, rows: Any) -> None:
    channel.queue_declare("films")
    channel.queue_declare("films", passive=True)

    assert rows("SELECT name FROM queue") == [("films",)]


@pytest.mark.parametrize("verb", ["basic_get", "basic_consume"])
def test_using_a_queue_that_is_missing(channel: Any, verb: str) -> None:
    with pytest.raises(ChannelError) as raised:
        getattr(channel, verb)("films")
    assert code(raised) == 404


@pytest.mark.parametrize(("queue", "exchange"), [("films", "none"), ("none", "shop")])
def test_binding_what_is_missing(channel: Any, queue: str, exchange: str) -> None:
    channel.queue_declare("films")
    channel.exchange_declare("shop")
    with pytest.raises(ChannelError, match="none") as raised:
        channel.queue_bind(queue, exchange, "key")
    assert code(raised) == 404


def test_an_exchange_keeps_its_type(channel: Any) -> None:
    channel.exchange_declare("shop", "topic")
    with pytest.raises(ChannelError, match="topic") as raised:
        channel.exchange_declare("shop", "direct")
    assert code(raised) == 406


def test_a_type_that_nobody_knows(channel: Any) -> None:
    with pytest.raises(ChannelError, match="x-hash") as raised:
        channel.exchange_declare("shop", "x-hash")
    assert code(raised) == 503


def test_a_declared_queue_tells_its_messages_and_consumers(
    connection: Connection, producer: Producer, channel: Any
) -> None:
    listen(connection.channel(), films)
    listen(connection.channel(), films)
    for number in range(3):
        producer.publish(number, routing_key="films")

    assert tuple(channel.queue_declare("films", passive=True)) == ("films", 3, 2)


def test_a_queue_without_a_name_is_given_one(channel: Any) -> None:
    first, second = channel.queue_declare().queue, channel.queue_declare().queue

    assert first != second
    assert channel.queue_declare(first, passive=True).queue == first


def test_a_deleted_queues_jobs_are_cancelled(producer: Producer, channel: Any, rows: Any) -> None:
    for number in range(3):
        send_job(producer, number, declare=[films])

    assert channel.queue_delete("films") == 3

    assert rows(HISTORY) == [("cancelled", "the queue was deleted")] * 3
    assert rows("SELECT count(*) FROM job_queue") == [(0,)]


def test_a_job_in_work_survives_its_queue(
    producer: Producer, channel: Any, connect: Any, rows: Any
) -> None:
    send_job(producer, "x", declare=[films])
    message = films(channel).get()

    connect().channel().queue_delete("films")
    message.ack()
    channel.close()

    assert rows(HISTORY) == [("completed", None)]


def test_if_unused_spares_a_queue_with_consumers(connection: Connection, channel: Any) -> None:
    _, consumer = listen(connection.channel(), films)
    channel.queue_delete("films", if_unused=True)
    assert channel.queue_declare("films", passive=True)

    consumer.cancel()
    channel.queue_delete("films", if_unused=True)

    with pytest.raises(ChannelError):
        channel.queue_declare("films", passive=True)


def test_if_empty_spares_a_queue_with_messages(producer: Producer, channel: Any) -> None:
    producer.publish("x", routing_key="films")
    assert channel.queue_delete("films", if_empty=True) == 0
    assert films(channel).get(no_ack=True).decode() == "x"

    channel.queue_delete("films", if_empty=True)

    with pytest.raises(ChannelError):
        channel.queue_declare("films", passive=True)


def test_if_empty_spares_a_queue_whose_jobs_are_not_due(producer: Producer, channel: Any) -> None:
    send_job(producer, "later", eta=after(3600), declare=[films])

    assert channel.queue_delete("films", if_empty=True) == 0

    assert films(channel).purge() == 1


def test_if_unused_spares_an_exchange_with_bindings(channel: Any) -> None:
    channel.exchange_declare("shop")
    channel.queue_declare("films")
    channel.queue_bind("films", "shop", "film")
    channel.exchange_delete("shop", if_unused=True)
    channel.exchange_declare("shop", passive=True)

    channel.queue_unbind("films", "shop", "film")
    channel.exchange_delete("shop", if_unused=True)

    with pytest.raises(ChannelError):
        channel.exchange_declare("shop", passive=True)


def test_a_deleted_exchange_takes_its_bindings(channel: Any) -> None:
    channel.exchange_declare("shop")
    channel.queue_declare("films")
    channel.queue_bind("films", "shop", "film")
    assert channel.list_bindings() == [("films", "shop", "film")]

    channel.exchange_delete("shop")

    assert channel.list_bindings() == []


def test_an_auto_delete_exchange_goes_with_its_last_binding(channel: Any) -> None:
    channel.exchange_declare("shop", auto_delete=True)
    for name in ("films", "series"):
        channel.queue_declare(name)
        channel.queue_bind(name, "shop", name)
    channel.queue_unbind("films", "shop", "films")
    channel.exchange_declare("shop", passive=True)

    channel.queue_delete("series")

    with pytest.raises(ChannelError):
        channel.exchange_declare("shop", passive=True)


def test_the_management_lists_the_bindings(connection: Connection, channel: Any) -> None:
    Queue("films", Exchange("shop"), "film")(channel).declare()

    assert connection.get_manager().get_bindings() == [
        {"destination": "films", "source": "shop", "routing_key": "film"}
    ]
    drain_all(connection, 0)
