"""What another broker's message says of its job."""

from datetime import UTC, datetime

import pytest
from messages import DONE, NOW, ended, message

from sqlite_transport.history import Outcome
from sqlite_transport.worker.ended import attempt_of, ended_message, entry_of


def test_an_entry() -> None:
    entry = entry_of(ended())
    assert (entry.job_id, entry.task_id, entry.type) == ("0b7c", "0b7c", "scan")
    assert (entry.queue, entry.priority, entry.deliveries) == ("celery", 3, 1)
    assert (entry.root_id, entry.parent_id) == ("0a", "0b")
    assert (entry.payload, entry.content_type) == ("[[], {}, {}]", "application/json")
    assert (entry.created_at, entry.started_at, entry.completed_at) == (NOW, NOW + 1, NOW + 3)
    assert '"root_id"' in entry.headers


@pytest.mark.parametrize(
    "moment",
    [
        NOW - 9,
        datetime.fromtimestamp(NOW - 9, UTC),
        datetime.fromtimestamp(NOW - 9, UTC).replace(tzinfo=None),
    ],
)
def test_a_timestamp_is_when_it_was_published(moment: object) -> None:
    assert entry_of(ended(properties={"timestamp": moment})).created_at == NOW - 9


def test_no_timestamp_is_when_it_was_received() -> None:
    assert entry_of(ended(properties={"timestamp": "yesterday"})).created_at == NOW


def test_eta_and_expiry() -> None:
    when = datetime.fromtimestamp(NOW + 60, UTC).isoformat()
    entry = entry_of(ended(headers={"eta": when, "expires": when}))
    assert (entry.due_at, entry.expires_at) == (NOW + 60, NOW + 60)


def test_redelivered() -> None:
    assert entry_of(ended(delivery_info={"redelivered": True})).deliveries == 2


def test_bare_message() -> None:
    found = ended_message(
        message(headers=None, properties=None, delivery_info=None), Outcome("failed", "why")
    )
    entry = entry_of(found)
    assert (entry.queue, entry.type, entry.status, entry.error) == ("", "", "failed", "why")
    assert entry.task_id
    assert entry.completed_at == found.received_at
    assert attempt_of(found).completed_at == found.received_at


def test_other_names_of_a_message() -> None:
    found = ended_message(message(headers={}, properties={"message_id": "m", "type": "t"}), DONE)
    assert (found.task_id, found.type, found.retry_count) == ("m", "t", 0)


def test_headers_that_are_no_json() -> None:
    assert '"repr"' in entry_of(ended(headers={"id": object()})).headers
