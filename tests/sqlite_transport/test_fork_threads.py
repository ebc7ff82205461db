"""One file in many threads, in forked children, and in children of multiprocessing."""

import multiprocessing
import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from kombu import Connection, Queue
from receiving import drain_all, drain_until, eventually, listen, take
from sending import send_job

films = Queue("films")

# A child of a process with threads is what these tests are about.
pytestmark = pytest.mark.filterwarnings("ignore:.*use of fork.*:DeprecationWarning")


def in_child(act: Callable[[], object], leave: Callable[[int], Any] = os._exit) -> None:
    """Do it in a forked child, which must end well."""
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            act()
            status = 0
        finally:
            leave(status)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0


def publish_anew(url: str, body: object) -> None:
    with Connection(url) as connection:
        send_job(connection.Producer(), body)


def test_a_child_publishes_over_a_connection_of_its_own(connect: Any) -> None:
    connection = connect()
    send_job(connection.Producer(), "parent")

    in_child(lambda: publish_anew(connection.as_uri(), "child"))

    assert take(connection, films, 2) == ["parent", "child"]


def test_a_child_publishes_over_the_inherited_connection(connect: Any) -> None:
    connection = connect()
    producer = connection.Producer()
    send_job(producer, "parent")

    in_child(lambda: send_job(producer, "child"))
    send_job(producer, "parent again")

    assert take(connection, films, 3) == ["parent", "child", "parent again"]


@pytest.mark.parametrize("close", ["release", "collect"])
def test_a_child_that_closes_its_copies_leaves_the_parents_jobs_alone(
    connect: Any, rows: Any, close: str
) -> None:
    connection = connect()
    for number in range(3):
        send_job(connection.Producer(), number)
    received, _ = listen(connection.channel(), films)
    drain_until(connection, lambda: received)

    in_child(getattr(connection, close))

    assert rows("SELECT DISTINCT status FROM job_queue") == [("processing",)]
    drain_until(connection, lambda: len(received) == 3)
    for message in received:
        message.ack()
    eventually(lambda: rows("SELECT count(*) FROM job_history") == [(3,)])


def test_a_child_that_exits_leaves_the_parent_consuming(connect: Any, rows: Any) -> None:
    connection = connect()
    send_job(connection.Producer(), "held", declare=[films])
    received, _ = listen(connection.channel(), films)
    drain_until(connection, lambda: received)

    process = multiprocessing.get_context("fork").Process(
        target=publish_anew, args=(connection.as_uri(), "from the child")
    )
    process.start()
    process.join(240)
    drain_until(connection, lambda: len(received) == 2)

    assert process.exitcode == 0
    assert received.bodies == ["held", "from the child"]
    assert rows("SELECT count(*) FROM session") == [(1,)]


def test_a_child_does_not_keep_the_parent_alive(
    connection: Connection, run: Any, path: Any
) -> None:
    send_job(connection.Producer(), "x", declare=[films])
    program = run(
        """
        import os, sys, time, sqlite_transport
        from kombu import Connection, Queue
        channel = Connection(sys.argv[1]).channel()
        assert Queue("films")(channel).get() is not None
        child = os.fork()
        if child:
            print(child, flush=True)
        time.sleep(600)
        """,
        f"sqlite:///{path}",
    )
    child = int(program.read())
    try:
        program.process.kill()
        received, _ = listen(connection.channel(), films)
        drain_until(connection, lambda: received)
    finally:
        os.kill(child, 9)


def test_a_child_consumes_over_a_connection_of_its_own(connect: Any, rows: Any) -> None:
    connection = connect()
    send_job(connection.Producer(), "x", declare=[films])
    listen(connection.channel(), Queue("series"))

    def consume() -> None:
        with Connection(connection.as_uri()) as mine:
            assert take(mine, films, 1) == ["x"]

    in_child(consume)

    assert rows("SELECT status FROM job_history") == [("completed",)]


def test_a_child_that_consumes_over_the_inherited_connection_is_told(connect: Any) -> None:
    connection = connect()
    send_job(connection.Producer(), "x", declare=[films])
    listen(connection.channel(), films)
    drain_all(connection, 0)

    def consume() -> None:
        with pytest.raises(connection.connection_errors, match="connect anew"):
            drain_until(connection, lambda: False)

    in_child(consume)


def test_forking_while_threads_write(connect: Any) -> None:
    connection = connect()
    stop = threading.Event()
    written: list[str] = []
    films(connection.channel()).declare()

    def write() -> None:
        with Connection(connection.as_uri()) as mine:
            while not stop.is_set():
                mine.Producer().publish("x", routing_key="films", delivery_mode=1)
                written.append("x")

    threads = [threading.Thread(target=write) for _ in range(3)]
    for thread in threads:
        thread.start()
    try:
        for number in range(10):
            # Each fork has threads around it that write.
            eventually(lambda number=number: len(written) > number)
            in_child(lambda number=number: publish_anew(connection.as_uri(), number))
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def test_sixteen_threads_publish(connect: Any) -> None:
    connection = connect()
    films(connection.channel()).declare()

    def publish(thread: int) -> None:
        with Connection(connection.as_uri()) as mine:
            for number in range(25):
                send_job(mine.Producer(), (thread, number))

    with ThreadPoolExecutor(16) as executor:
        list(executor.map(publish, range(16)))
    bodies = [tuple(body) for body in take(connection, films, 400)]

    assert sorted(bodies) == [(thread, number) for thread in range(16) for number in range(25)]
    for thread in range(16):
        assert [number for each, number in bodies if each == thread] == list(range(25))


def test_threads_share_one_connection_to_publish(connect: Any) -> None:
    connection = connect()
    channels = [connection.channel() for _ in range(8)]
    films(channels[0]).declare()

    def publish(channel: Any) -> None:
        producer = connection.Producer(channel)
        for number in range(25):
            send_job(producer, number)

    with ThreadPoolExecutor(8) as executor:
        list(executor.map(publish, channels))

    assert sorted(take(connection, films, 200)) == sorted(list(range(25)) * 8)


def test_threads_consume_each_message_once(connect: Any) -> None:
    connection = connect()
    for number in range(200):
        send_job(connection.Producer(), number, declare=[films])
    bodies: list[int] = []

    def consume() -> None:
        with Connection(connection.as_uri()) as mine, mine.channel() as channel:
            channel.basic_qos(0, 4, False)
            received, consumer = listen(channel, films)
            consumer.on_message = lambda message: (received.append(message), message.ack())
            drain_all(mine, 0.5)
            bodies.extend(received.bodies)

    threads = [threading.Thread(target=consume) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(bodies) == list(range(200))
