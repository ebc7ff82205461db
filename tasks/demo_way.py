"""Follow jobs to their end: what a webhook has set going, step by step."""

import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from sqlite_transport.jobs import open_jobs
from sqlite_transport.jobs.job import Job

_POLL_SECONDS = 0.2


class TooLateError(Exception):
    """The jobs did not come to their end in time."""


def follow(app: Any, roots: Sequence[str], wait_seconds: float, log: Path) -> list[list[Job]]:
    """Wait for all jobs that the tasks `roots` have set going; returns each one's, in order.

    Raises:
        TooLateError: they did not end within `wait_seconds`.
    """
    jobs = open_jobs(app)
    deadline = time.monotonic() + wait_seconds
    # A job sends the next before it ends itself, so that between two there is always one.
    while jobs.stats().total_active:
        if time.monotonic() > deadline:
            raise TooLateError(
                f"The jobs did not end within {wait_seconds:g} s. The worker's log, {log}, tells "
                "why; what waits is shown by: celery -A tasks jobs list"
            )
        time.sleep(_POLL_SECONDS)
    ended = sorted(_history(jobs), key=lambda job: job.id)
    return [[job for job in ended if root in (job.root_id, job.task_id)] for root in roots]


def _history(jobs: Any) -> Iterator[Job]:
    after = None
    while True:
        page = jobs.history(limit=200, after=after)
        yield from page.items
        after = page.next
        if after is None:
            return
