"""A process dies, however it dies: its jobs go to the living, in order, within a second."""

import signal
from typing import Any

import pytest
from kombu import Connection, Producer, Queue
from receiving import drain_all, drain_until, eventually, listen
from sending import HISTORY, send_job

from sqlite_transport.inbox import Inbox
from sqlite_transport.upkeep import SWEEP

films = Queue("films")

HOLDER = """
    import sys, time, sqlite_transport
    from kombu import Connection, Consumer, Queue
    connection = Connection(sys.argv[1])
    seen = []
    with Consumer(connection.channel(), [Queue("films")], on_message=seen.append, accept=["json"]):
        while len(seen) < int(sys.argv[2]):
            connection.drain_events(timeout=240)
        print("holding", flush=True)
        time.sleep(600)
"""


@pytest.fixture
def hold(run: Any, path: Any) -> Any:
    """Start a process that receives so many messages and then works on them for ever."""

    def hold(count: int) -> Any:
        program = run(HOLDER, f"sqlite:///{path}", count)
        assert program.read() == "holding"
        return program

    return hold


@pytest.fixture
def ten(producer: Producer) -> None:
    for number in range(10):
        send_job(producer, number, declare=[films])


@pytest.mark.usefixtures("ten")
def test_the_jobs_of_a_killed_process_are_back_within_a_second(
    connection: Connection, hold: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = hold(10)
    received, _ = listen(connection.channel(), films)
    with pytest.raises(TimeoutError):
        connection.drain_events(timeout=0.1)
    program.kill()
    swept = []
    sweep = Inbox.sweep
    monkeypatch.setattr(Inbox, "sweep", lambda inbox: swept.append(inbox) or sweep(inbox))

    drain_until(connection, lambda: len(received) == 10)

    # Counted in sweeps, since on a machine that has no time for us a second is over soon.
    assert len(swept) * SWEEP <= 1
    assert received.bodies == list(range(10))
    assert all(message.delivery_info["redelivered"] for message in received)


@pytest.mark.usefixtures("ten")
def test_who_comes_later_finds_them_at_once(connect: Any, hold: Any) -> None:
    hold(10).kill()

    received, _ = listen((connection := connect()).channel(), films)
    drain_until(connection, lambda: len(received) == 10)

    assert received.bodies == list(range(10))


@pytest.mark.usefixtures("ten")
def test_a_process_that_stands_still_keeps_its_jobs(connection: Connection, hold: Any) -> None:
    program = hold(10)
    program.process.send_signal(signal.SIGSTOP)
    received, _ = listen(connection.channel(), films)

    with pytest.raises(TimeoutError):
        connection.drain_events(timeout=2)

    assert received == []
    program.process.send_signal(signal.SIGCONT)


@pytest.mark.usefixtures("ten")
def test_only_the_dead_lose_their_jobs(connection: Connection, hold: Any, rows: Any) -> None:
    first, second = hold(10), None
    send_job(connection.Producer(), 10)
    second = hold(1)
    received, _ = listen(connection.channel(), films)

    first.kill()
    drain_until(connection, lambda: len(received) == 10)

    assert received.bodies == list(range(10))
    ((owner,),) = rows(
        "SELECT pid FROM session JOIN job_queue q ON q.session = session.id WHERE q.id = 11"
    )
    assert owner == second.process.pid


@pytest.mark.usefixtures("ten")
def test_nothing_remains_of_the_dead(connection: Connection, hold: Any, rows: Any) -> None:
    listen(connection.channel(), films)
    hold(1).kill()

    eventually(lambda: drain_all(connection, 0.1) or rows("SELECT count(*) FROM session") == [(1,)])
    assert rows("SELECT count(*) FROM consumer") == [(1,)]


def test_a_job_that_kills_every_worker_is_taken_out(
    producer: Producer, hold: Any, connect: Any, rows: Any
) -> None:
    send_job(producer, "deadly", declare=[films])
    for _ in range(5):
        hold(1).kill()

    assert films(connect().channel()).get() is None

    ((status, error),) = rows(HISTORY)
    assert status == "failed"
    assert "max_deliveries" in error


def test_a_connection_that_is_dropped_without_a_close_counts_as_dead(
    connect: Any, producer: Producer, rows: Any
) -> None:
    send_job(producer, "x", declare=[films])
    dropped = Connection(producer.channel.connection.client.as_uri())
    channel = dropped.channel()
    assert films(channel).get().decode() == "x"
    transport = dropped.transport
    transport.inbox = None  # as when the whole connection is garbage
    del transport, channel, dropped

    message = eventually(lambda: films(connect().channel()).get())

    assert message.decode() == "x"
