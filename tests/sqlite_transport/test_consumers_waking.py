"""A waiting consumer learns of work at once, and not by asking again and again."""

import threading
import time
from pathlib import Path
from typing import Any

import pytest
from kombu import Connection, Producer, Queue
from receiving import drain_all, drain_until, eventually, listen
from sending import send_job

from sqlite_transport.upkeep import SWEEP

films = Queue("films")

CONSUMER = """
    import sys, time, sqlite_transport
    from kombu import Connection, Consumer, Queue
    def on_message(message):
        message.ack()
        print(time.time(), flush=True)
    connection = Connection(sys.argv[1])
    with Consumer(connection.channel(), [Queue("films")], on_message=on_message):
        print("ready", flush=True)
        while True:
            connection.drain_events(timeout=60)
"""


@pytest.fixture
def elsewhere(run: Any, path: Any) -> Any:
    program = run(CONSUMER, f"sqlite:///{path}")
    assert program.read() == "ready"
    return program


def median(values: list[float]) -> float:
    return sorted(values)[len(values) // 2]


def test_an_idle_consumer_in_another_process_is_rung_up(producer: Producer, elsewhere: Any) -> None:
    waits = []
    for number in range(9):
        time.sleep(0.05 + 0.03 * number)  # asleep, and at no fixed phase of its sweep
        sent = time.time()
        send_job(producer, number)
        waits.append(float(elsewhere.read()) - sent)

    assert median(waits) < SWEEP / 5


def test_a_requeue_rings_too(connection: Connection, producer: Producer, elsewhere: Any) -> None:
    waits = []
    for _ in range(5):
        other = connection.channel()
        message = None
        while message is None:
            send_job(producer, "x")
            message = films(other).get()
            if message is None:
                elsewhere.read()
        sent = time.time()
        message.requeue()
        waits.append(float(elsewhere.read()) - sent)

    assert median(waits) < SWEEP / 5


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs Linux's /proc")
def test_an_idle_consumer_hardly_runs(elsewhere: Any) -> None:
    def switches() -> int:
        status = Path(f"/proc/{elsewhere.process.pid}/status").read_text()
        return int(status.split("voluntary_ctxt_switches:")[1].split()[0])

    time.sleep(SWEEP)
    before = switches()
    time.sleep(4 * SWEEP)

    # A sweep reads a few rows and takes no lock that others hold.
    assert switches() - before < 4 * 10


def test_an_ack_from_another_thread_makes_room_at_once(
    connection: Connection, producer: Producer
) -> None:
    channel = connection.channel()
    channel.basic_qos(0, 1, False)
    received, _ = listen(channel, films)
    for number in range(12):
        send_job(producer, number)
    gaps = []
    for seen in range(1, 12):
        drain_until(connection, lambda seen=seen: len(received) == seen)
        drain_all(connection, 0.02)  # the window is full: nothing to do but wait
        acked: list[float] = []

        def ack(message: Any = received[-1], acked: list[float] = acked) -> None:
            acked.append(time.monotonic())
            message.ack()

        threading.Timer(0.05, ack).start()
        drain_until(connection, lambda seen=seen: len(received) == seen + 1)
        gaps.append(time.monotonic() - acked[0])

    assert median(gaps) < SWEEP / 5


def test_a_ring_that_was_lost_delays_no_more_than_a_sweep(
    connection: Connection, producer: Producer, path: Any
) -> None:
    received, _ = listen(connection.channel(), films)
    drain_all(connection, 0.05)
    bells = path.with_name("queue.db-bells")
    for bell in bells.iterdir():
        bell.unlink()
    start = time.monotonic()
    send_job(producer, "unheard")

    drain_until(connection, lambda: received)

    assert time.monotonic() - start < 4 * SWEEP


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
    connection: Connection, elsewhere: Any, path: Any, rows: Any
) -> None:
    listen(connection.channel(), films)
    bells = path.with_name("queue.db-bells")
    assert len(list(bells.iterdir())) == 2

    elsewhere.kill()

    eventually(lambda: drain_all(connection, 0.05) or len(list(bells.iterdir())) == 1)
    assert rows("SELECT count(*) FROM session") == [(1,)]
