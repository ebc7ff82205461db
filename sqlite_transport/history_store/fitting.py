"""Entries as rows that every database takes.

PostgreSQL refuses a NUL in a text, every database what is no Unicode, and most
a text that is too long for its column: a job with such a thing in it must not
keep the others from the history.
"""

import base64
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Integer, String, Table

from sqlite_transport.history_store.entry import Attempt, Entry
from sqlite_transport.history_store.tables import job_attempt, job_history

Row = dict[str, Any]

#: The range of a database's INTEGER.
LARGEST = 2**31 - 1

#: What a row can do without, when the database refuses it with that.
OPTIONAL: Mapping[str, object] = {
    "payload": None,
    "payload_base64": 0,
    "headers": "{}",
    "properties": "{}",
    "traceback": None,
}


def entry_row(entry: Entry) -> Row:
    """Return the row of a job that has ended, with its wait and run time in milliseconds."""
    values = entry._asdict()
    values["payload"], values["payload_base64"] = body(entry.payload)
    since = entry.created_at if entry.due_at is None else entry.due_at
    values["wait_ms"] = values["duration_ms"] = None
    if entry.started_at is not None:
        values["wait_ms"] = (entry.started_at - since) * 1000
        values["duration_ms"] = (entry.completed_at - entry.started_at) * 1000
    return fitted(job_history, values)


def attempt_row(attempt: Attempt) -> Row:
    """Return the row of an attempt."""
    return fitted(job_attempt, attempt._asdict())


def body(payload: str | bytes | None) -> tuple[str | None, int]:
    """Return a message's body as text, and whether that is its base64."""
    if payload is None:
        return None, 0
    raw = payload.encode(errors="surrogatepass") if isinstance(payload, str) else payload
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        text = "\0"
    if "\0" in text:
        return base64.b64encode(raw).decode(), 1
    return text, 0


def fitted(table: Table, values: Row) -> Row:
    """Return the values with what does not fit its column made to."""
    return {name: _fit(table.c[name].type, value) for name, value in values.items()}


def _fit(kind: Any, value: Any) -> Any:
    if value is None:
        return None
    if isinstance(kind, String):
        text = str(value).replace("\0", "\N{REPLACEMENT CHARACTER}")
        return text.encode(errors="backslashreplace").decode()[: kind.length]
    if isinstance(kind, Integer):
        return max(-LARGEST, min(LARGEST, value)) if isinstance(value, int) else 0
    return float(value)
