"""A waiting consumer learns of work at once, and not by asking again and again."""

import threading
import time
from itertools import pairwise
from typing import Any

import pytest
from kombu import Connection, Producer, Queue
from receiving import PATIENCE, drain_all, drain_until, eventually, listen
from sending import send_job

from sqlite_transport import transport
from sqlite_transport.inbox import Inbox
from sqlite_transport.upkeep import SWEEP

films = Queue("films")

CONSUMER = """
    import sys
    from kombu import Connection, Consumer, Queue
    from sqlite_transport import transport
    transport.SWEEP = float(sys.argv[2])
    def on_message(message):
        message.ack()
        print(message.decode(), flush=True)
    connection = Connection(sys.argv[1])
    with Consumer(connection.channel(), [Queue("films")], on_message=on_message):
        print("ready", flush=True)
        while True:
            connection.drain_events(timeout=None)
"""

#: A sweep that never comes: what is heard is heard because of a ring.
NEVER = 3600.0


@pytest.fixture
def start(run: Any, path: Any) -> Any:
    """Start a consumer in another process, with so many seconds between its sweeps."""

    def start(sweep: float = SWEEP) -> Any:
        program = run(CONSUMER, f"sqlite:///{path}", sweep)
        assert program.read() == "ready"
        return program

    return start


def test_an_idle_consumer_in_another_process_is_rung_up(producer: Producer, start: Any) -> None:
    elsewhere = start(NEVER)
    for number in range(9):
        time.sleep(0.05)  # it may be asleep by then
        send_job(producer, number)

        assert elsewhere.read() == str(number)


def test_a_requeue_rings_too(connection: Connection, producer: Producer, start: Any) -> None:
    elsewhere = start(NEVER)
    for number in range(5):
        other = connection.channel()
        message = None
        while message is None:
            send_job(producer, number)
            message = films(other).get()
            if message is None:
                elsewhere.read()
        message.requeue()

        assert elsewhere.read() == str(number)


#: Before the consumer: at each sweep it tells how often it has gone to sleep so far.
TELLING = """
    import resource
    from sqlite_transport.inbox import Inbox
    sweep = Inbox.sweep
    def telling(inbox):
        print(resource.getrusage(resource.RUSAGE_SELF).ru_nvcsw, flush=True)
        sweep(inbox)
    Inbox.sweep = telling
"""


def test_an_idle_consumer_hardly_runs(run: Any, path: Any) -> None:
    elsewhere = run(TELLING + CONSUMER, f"sqlite:///{path}", SWEEP)
    assert elsewhere.read() == "ready"
    asleep = [int(elsewhere.read()) for _ in range(6)]

    # A sweep reads a few rows and takes no lock that others hold; the first ones find work to do.
    assert all(after - before < 10 for before, after in pairwise(asleep[2:]))


def test_an_ack_from_another_thread_makes_room_at_once(
    connection: Connection, producer: Producer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transport, "SWEEP", NEVER)
    channel = connection.channel()
    channel.basic_qos(0, 1, False)
    received, _ = listen(channel, films)
    for number in range(12):
        send_job(producer, number)
    connection.drain_events(timeout=PATIENCE)
    for seen in range(1, 12):
        drain_all(connection, 0.02)  # the window is full: nothing to do but wait
        assert len(received) == seen

        acking = threading.Timer(0.05, received[-1].ack)
        acking.start()
        connection.drain_events(timeout=NEVER)
        acking.join()

    assert received.bodies == list(range(12))


def test_a_ring_that_was_lost_delays_no_more_than_a_sweep(
    connection: Connection, producer: Producer, path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    received, _ = listen(connection.channel(), films)
    drain_all(connection, 0.05)
    bells = path.with_name("queue.db-bells")
    for bell in bells.iterdir():
        bell.unlink()
    swept = []
    sweep = Inbox.sweep
    monkeypatch.setattr(Inbox, "sweep", lambda inbox: swept.append(inbox) or sweep(inbox))
    send_job(producer, "unheard")

    drain_until(connection, lambda: received)

    assert len(swept) == 1


def test_bells_go_with_their_connections(connect: Any, path: Any) -> None:
    bells = path.with_name("queue.db-bells")
    connections = [connect() for _ in range(3)]
    for each in connections:
        listen(each.channel(), films)
    assert len(list(bells.iterdir())) == 3

    for each in connections:
        each.release()

    assert list(bells.iterdir()) == []


def test_the_bell_of_a_killed_process_is_cleared_away(
    connection: Connection, start: Any, path: Any, rows: Any
) -> None:
    elsewhere = start()
    listen(connection.channel(), films)
    bells = path.with_name("queue.db-bells")
    assert len(list(bells.iterdir())) == 2

    elsewhere.kill()

    eventually(lambda: drain_all(connection, 0.05) or len(list(bells.iterdir())) == 1)
    assert rows("SELECT count(*) FROM session") == [(1,)]
