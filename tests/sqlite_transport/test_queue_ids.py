"""An id never comes back, so nothing late can hit another job."""

from typing import Any

import pytest
from kombu import Connection, Producer, Queue
from receiving import take
from sending import send_job

films = Queue("films")


def ids(rows: Any) -> list[int]:
    return [each for (each,) in rows("SELECT id FROM job_queue ORDER BY id")]


@pytest.mark.parametrize("empty", ["acked", "purged", "deleted", "no_ack"])
def test_they_go_on_after_the_queue_was_empty(
    connection: Connection, producer: Producer, rows: Any, empty: str
) -> None:
    for number in range(3):
        send_job(producer, number, declare=[films])
    bound = films(connection.channel())
    if empty == "acked":
        take(connection, films, 3)
    elif empty == "no_ack":
        while bound.get(no_ack=True):
            pass
    elif empty == "purged":
        bound.purge()
    else:
        bound.delete()
    while ids(rows):
        pass

    send_job(producer, "next")

    assert ids(rows) == [4]


def test_they_go_on_in_another_process(connect: Any, rows: Any, run: Any, path: Any) -> None:
    connection = connect()
    send_job(connection.Producer(), "x", declare=[films])
    take(connection, films, 1)
    connection.release()

    program = """
        import sys, sqlite_transport
        from kombu import Connection
        with Connection(sys.argv[1]) as connection:
            connection.Producer().publish("y", routing_key="films")
    """
    run(program, f"sqlite:///{path}").finish()

    assert ids(rows) == [2]


def test_they_go_on_when_the_newest_job_leaves_first(
    connection: Connection, producer: Producer, rows: Any
) -> None:
    send_job(producer, "stays", priority=9)
    send_job(producer, "leaves", priority=0)
    take_one = films(connection.channel()).get(no_ack=True)
    assert take_one.decode() == "leaves"

    send_job(producer, "next")

    assert ids(rows) == [1, 3]
