"""kombu's SimpleQueue and SimpleBuffer."""

import queue

import pytest
from kombu import Connection

from .broker import Broker


def test_put_and_get(connection: Connection) -> None:
    with connection.SimpleQueue("films") as simple:
        simple.put({"film": 1})
        message = simple.get(timeout=60)
        message.ack()

    assert message.payload == {"film": 1}


def test_get_of_an_empty_one_raises(connection: Connection) -> None:
    with connection.SimpleQueue("films") as simple:
        with pytest.raises(queue.Empty):
            simple.get(timeout=0.1)
        with pytest.raises(queue.Empty):
            simple.get_nowait()


def test_size_and_clear(connection: Connection) -> None:
    with connection.SimpleQueue("films") as simple:
        for number in range(3):
            simple.put(number)

        assert simple.qsize() == len(simple) == 3
        assert simple.clear() == 3
        with pytest.raises(queue.Empty):
            simple.get_nowait()


def test_it_outlives_its_connection(broker: Broker, connection: Connection) -> None:
    with connection.SimpleQueue("films") as simple:
        simple.put("kept")
    connection.release()

    with broker.connect().SimpleQueue("films") as simple:
        assert simple.get(timeout=60).payload == "kept"


def test_a_buffer_needs_no_ack(connection: Connection) -> None:
    with connection.SimpleBuffer("scratch") as simple:
        simple.put("x")

        assert simple.get(timeout=60).payload == "x"
