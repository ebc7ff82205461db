"""Ack and reject: once, by whoever still holds the job, and written soon."""

import threading
import time
from typing import Any

import pytest
from kombu import Connection, Producer, Queue
from receiving import PATIENCE, drain_all, drain_until, eventually, listen
from sending import HISTORY, send_job

from sqlite_transport.history import Outcome
from sqlite_transport.inbox import Inbox
from sqlite_transport.ledger import Page
from sqlite_transport.status import RETRIED

films = Queue("films")


@pytest.fixture
def held(connection: Connection, producer: Producer) -> Any:
    """Five delivered messages of one channel."""
    for number in range(5):
        send_job(producer, number, declare=[films])
    received, _ = listen(connection.channel(), films)
    drain_until(connection, lambda: len(received) == 5)
    return received


def test_an_acked_job_is_completed(held: Any, rows: Any) -> None:
    held[0].ack()

    eventually(lambda: rows(HISTORY) == [("completed", None)])
    assert rows("SELECT count(*) FROM job_queue") == [(4,)]


def test_a_rejected_job_is_failed(held: Any, rows: Any) -> None:
    held[0].reject()

    ((status, error),) = eventually(lambda: rows(HISTORY))
    assert status == "failed"
    assert error.startswith("rejected")


def test_the_history_keeps_the_job(connection: Connection, producer: Producer, rows: Any) -> None:
    columns = "type, task_id, queue, priority, payload, headers, content_type, created_at"
    task_id = send_job(producer, {"film": 1}, priority=3)
    (before,) = rows(f"SELECT id, {columns} FROM job_queue")
    films(connection.channel()).get().ack()

    eventually(lambda: rows("SELECT 1 FROM job_history"))

    assert rows(f"SELECT job_id, {columns} FROM job_history") == [before]
    assert before[1:5] == ("tasks.scan", task_id, "films", 3)


def test_the_history_tells_how_long_it_took(
    connection: Connection, producer: Producer, rows: Any
) -> None:
    send_job(producer, "x")
    message = films(connection.channel()).get()
    time.sleep(0.2)
    message.ack()

    eventually(lambda: rows("SELECT 1 FROM job_history"))

    ((duration, wall),) = rows(
        "SELECT duration_ms, (completed_at - started_at) * 1000 FROM job_history"
    )
    assert duration >= 200
    assert duration == pytest.approx(wall, abs=1)


def test_a_transient_message_leaves_no_history(producer: Producer, channel: Any, rows: Any) -> None:
    producer.publish("event", routing_key="films", delivery_mode=1, declare=[films])
    films(channel).get().ack()

    eventually(lambda: rows("SELECT count(*) FROM job_queue") == [(0,)])
    assert rows(HISTORY) == []


def test_acking_twice_is_acking_once(held: Any, rows: Any) -> None:
    channel, tag = held[0].channel, held[0].delivery_tag

    channel.basic_ack(tag)
    channel.basic_ack(tag)
    channel.basic_reject(tag)

    eventually(lambda: rows(HISTORY))
    drain_all(channel.connection.client, 0.1)
    assert rows(HISTORY) == [("completed", None)]


def test_a_late_ack_after_a_requeue_changes_nothing(connect: Any, held: Any, rows: Any) -> None:
    message = held[0]
    message.requeue()
    message.channel.basic_ack(message.delivery_tag)
    drain_until(message.channel.connection.client, lambda: len(held) == 6)
    drain_all(message.channel.connection.client)

    assert [each.decode() for each in held] == [0, 1, 2, 3, 4, 0]
    assert rows(HISTORY) == []


def test_a_late_ack_after_the_channel_is_closed_changes_nothing(
    connect: Any, held: Any, rows: Any
) -> None:
    held[0].channel.close()
    again = films(connect().channel()).get()

    held[0].channel.basic_ack(held[0].delivery_tag)

    assert again.decode() == 0
    assert rows("SELECT status FROM job_queue WHERE id = 1") == [("processing",)]
    again.ack()
    eventually(lambda: rows(HISTORY) == [("completed", None)])


def test_multiple_settles_all_up_to_the_tag(held: Any, rows: Any) -> None:
    held[0].channel.basic_ack(held[2].delivery_tag, multiple=True)

    eventually(lambda: len(rows(HISTORY)) == 3)
    assert rows("SELECT id FROM job_queue ORDER BY id") == [(4,), (5,)]


def test_multiple_with_tag_zero_settles_all(held: Any, rows: Any) -> None:
    held[0].channel.basic_ack(0, multiple=True)

    eventually(lambda: len(rows(HISTORY)) == 5)


def test_acks_come_from_any_thread(held: Any, rows: Any) -> None:
    threads = [threading.Thread(target=message.ack) for message in held]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    eventually(lambda: rows(HISTORY) == [("completed", None)] * 5)


def test_an_ack_is_written_though_the_consumer_does_not_come_back(held: Any, rows: Any) -> None:
    held[0].ack()

    eventually(lambda: rows(HISTORY))  # nobody drains meanwhile


class Delay:
    """Holds up the thread that writes what was settled, where it calls `method`."""

    def __init__(self, patch: pytest.MonkeyPatch, owner: type, method: str) -> None:
        self.begun, self.go_on = threading.Event(), threading.Event()
        real = getattr(owner, method)

        def late(*arguments: Any) -> Any:
            if threading.current_thread().name == "sqlite-settler":
                self.begun.set()
                assert self.go_on.wait(PATIENCE)
            return real(*arguments)

        patch.setattr(owner, method, late)


def test_a_flush_waits_for_what_another_thread_is_writing(
    held: Any, rows: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    delay = Delay(monkeypatch, Page, "write")
    held[0].ack()
    assert delay.begun.wait(PATIENCE)
    flushing = threading.Thread(target=held[0].channel.connection.inbox.flush)
    flushing.start()
    flushing.join(0.2)
    assert flushing.is_alive()

    delay.go_on.set()
    flushing.join(PATIENCE)

    assert rows(HISTORY) == [("completed", None)]


def test_a_close_loses_nothing_that_another_thread_is_about_to_write(
    connection: Connection, held: Any, rows: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    delay = Delay(monkeypatch, Inbox, "_check")
    held[0].ack()
    assert delay.begun.wait(PATIENCE)

    connection.release()
    delay.go_on.set()

    assert rows(HISTORY) == [("completed", None)]
    assert rows("SELECT count(*) FROM job_queue WHERE status = 'pending'") == [(4,)]


def test_an_attempt_goes_with_its_job_though_its_successor_was_quicker(
    connect: Any, rows: Any
) -> None:
    connection = connect(history_completed="off")
    producer = connection.Producer()
    headers = {"task": "tasks.scan", "id": "a", "retries": 0}
    received, _ = listen(connection.channel(), films)
    for retries in (0, 1):
        producer.publish("x", routing_key="films", headers={**headers, "retries": retries})
        drain_until(connection, lambda count=retries: len(received) > count)
    first, second = received
    first.delivery.outcome = Outcome(RETRIED, "Hiccup")

    second.ack()
    first.ack()

    eventually(lambda: rows("SELECT count(*) FROM job") == [(0,)])
    assert rows("SELECT * FROM job_attempt") == []


def test_a_message_that_is_no_task_is_archived_too(
    producer: Producer, channel: Any, rows: Any
) -> None:
    producer.publish("plain", routing_key="films", declare=[films])
    films(channel).get().ack()

    eventually(lambda: rows(HISTORY) == [("completed", None)])


def test_a_no_ack_consumer_completes_by_receiving(
    connection: Connection, producer: Producer, rows: Any
) -> None:
    send_job(producer, "x")
    received, _ = listen(connection.channel(), films, no_ack=True)
    drain_until(connection, lambda: received)

    eventually(lambda: rows(HISTORY) == [("completed", None)])
