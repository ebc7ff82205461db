"""Keeping the store's history as long as it is wanted, a slice at a time."""

import time
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from typing import Any

from sqlalchemy import Connection, Select, delete, select

from sqlite_transport.history_store.tables import job_attempt, job_history
from sqlite_transport.retention import Retention

Jobs = Select[Any]
Transaction = Callable[[], AbstractContextManager[Connection]]

#: Rows that one transaction deletes.
SLICE = 500


def prune(
    transaction: Transaction,
    retention: Mapping[str, Retention],
    now: float,
    seconds: float,
    deleted: Counter[str],
) -> bool:
    """Delete what is too old or too many; tell whether there may be more of it.

    It stops after the slice in which `seconds` have passed. What it deletes
    is counted in `deleted`, by status.
    """
    deadline = time.monotonic() + seconds
    for status, limits in retention.items():
        for query in _surplus(status, limits, now):
            while count := _delete(transaction, query):
                deleted[status] += count
                if time.monotonic() >= deadline:
                    return True
    return _prune_orphans(transaction, retention, now)


def _surplus(status: str, limits: Retention, now: float) -> list[Jobs]:
    """Return the queries for jobs that are to go."""
    table = job_history.c
    jobs = select(table.id, table.job_id).where(table.status == status).limit(SLICE)
    queries = []
    if limits.seconds is not None:
        old = table.completed_at <= now - limits.seconds
        queries.append(jobs.where(old).order_by(table.completed_at))
    if limits.count is not None:
        newest_first = jobs.order_by(table.completed_at.desc(), table.id.desc())
        queries.append(newest_first.offset(limits.count))
    return queries


def _delete(transaction: Transaction, query: Jobs) -> int:
    with transaction() as connection:
        found = connection.execute(query).all()
        if found:
            ids, jobs = zip(*found, strict=True)
            connection.execute(delete(job_attempt).where(job_attempt.c.job_id.in_(jobs)))
            connection.execute(delete(job_history).where(job_history.c.id.in_(ids)))
    return len(found)


def _prune_orphans(
    transaction: Transaction, retention: Mapping[str, Retention], now: float
) -> bool:
    """Delete attempts that are too old for whatever becomes of their jobs.

    A job has no entry while it is being tried, nor if its end was not seen.
    """
    ages = [each.seconds for each in retention.values() if not each.is_off]
    limits = [age for age in ages if age is not None]
    if len(limits) < len(ages) or not limits:
        return False
    table = job_attempt.c
    known = select(job_history.c.id).where(job_history.c.job_id == table.job_id).exists()
    query = (
        select(table.id)
        .where(table.completed_at <= now - max(limits), ~known)
        .order_by(table.completed_at)
        .limit(SLICE)
    )
    with transaction() as connection:
        found = connection.scalars(query).all()
        if found:
            connection.execute(delete(job_attempt).where(table.id.in_(found)))
    return len(found) == SLICE
