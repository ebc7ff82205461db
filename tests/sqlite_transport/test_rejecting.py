"""A consumer rejects a message, and says why a moment later, as Celery does."""

import threading
from typing import Any

import pytest
from kombu import Connection, Consumer, Producer, Queue
from receiving import eventually
from sending import HISTORY, send_job

from sqlite_transport.worker.unrunnable import explain

films = Queue("films")
WHY = "NotRegistered: no task 'scan' in this worker"


@pytest.fixture
def receive(connection: Connection, producer: Producer) -> Any:
    """Have one message delivered to a callback."""
    send_job(producer, "x", declare=[films])

    def receive(callback: Any) -> None:
        with Consumer(connection.channel(), [films], on_message=callback, accept=["json"]):
            connection.drain_events(timeout=60)

    return receive


def test_the_reason_is_in_the_history_however_late_it_is_told(receive: Any, rows: Any) -> None:
    def reject(message: Any) -> None:
        message.reject()
        message.channel._inbox().flush()
        assert rows(HISTORY) == []
        explain(message, WHY, "celery@here")

    receive(reject)
    assert eventually(lambda: rows(HISTORY)) == [("failed", WHY)]


def test_who_says_no_more_and_fails_has_rejected_it(receive: Any, rows: Any) -> None:
    def reject(message: Any) -> None:
        message.reject()
        raise LookupError("no film")

    with pytest.raises(LookupError):
        receive(reject)
    assert eventually(lambda: rows(HISTORY)) == [("failed", "rejected by the consumer")]


def test_who_closes_its_channel_has_rejected_it(receive: Any, rows: Any) -> None:
    def reject(message: Any) -> None:
        message.reject()
        message.channel.close()

    receive(reject)
    assert rows(HISTORY) == [("failed", "rejected by the consumer")]


def test_another_thread_does_not_wait_for_the_consumer(receive: Any, rows: Any) -> None:
    def reject(message: Any) -> None:
        thread = threading.Thread(target=message.reject)
        thread.start()
        thread.join()
        eventually(lambda: rows(HISTORY))

    receive(reject)
    assert rows(HISTORY) == [("failed", "rejected by the consumer")]


def test_a_message_that_was_kept_is_rejected_at_once(receive: Any, rows: Any) -> None:
    kept: list[Any] = []
    receive(kept.append)
    kept[0].reject()
    assert eventually(lambda: rows(HISTORY)) == [("failed", "rejected by the consumer")]
