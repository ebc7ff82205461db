"""All that is known of one job."""

import json
from collections.abc import Iterator
from typing import Any

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from sqlite_transport.commands.clock import Clock, span
from sqlite_transport.commands.job_tables import progress_text, status_text
from sqlite_transport.commands.paper import one_line, visible
from sqlite_transport.commands.tables import table
from sqlite_transport.jobs import Attempt, Job


def job_sheet(job: Job, clock: Clock) -> list[RenderableType]:
    """Show a job with its arguments, error, traceback and earlier attempts."""
    sheet = Table.grid(padding=(0, 2, 0, 0))
    sheet.add_column(style="bold", no_wrap=True)
    sheet.add_column(overflow="fold")
    for name, value in _facts(job, clock):
        sheet.add_row(name, value)
    parts: list[RenderableType] = [sheet]
    if job.traceback:
        parts += ["", Text("traceback", style="bold"), Text(visible(job.traceback.rstrip()))]
    if job.attempts:
        parts += ["", Text("earlier attempts", style="bold"), _attempts(job.attempts, clock)]
    return parts


def _facts(job: Job, clock: Clock) -> Iterator[tuple[str, RenderableType]]:
    yield "job", str(job.id)
    yield "task", _text(job.task_id)
    yield "type", _text(job.type)
    yield "status", status_text(job.status)
    yield "queue", _text(job.queue)
    yield "priority", str(job.priority)
    yield "args", _arguments(job.args)
    yield "kwargs", _arguments(job.kwargs)
    if job.progress:
        yield "progress", _text(progress_text(job.progress))
    if job.blocked_by:
        yield "blocked by", _text(job.blocked_by)
    if job.limit_key:
        yield "limit key", _text(job.limit_key)
    limit = "" if job.max_retries is None else f" of {job.max_retries}"
    yield "retries", f"{job.retry_count}{limit}"
    yield "deliveries", str(job.deliveries)
    if job.worker:
        yield "worker", _text(job.worker)
    yield from _times(job, clock)
    for name, related in (("root", job.root_id), ("parent", job.parent_id)):
        if related and related != job.task_id:
            yield name, _text(related)
    if job.error:
        yield "error", Text(visible(job.error), style="red")


def _times(job: Job, clock: Clock) -> Iterator[tuple[str, RenderableType]]:
    for name, moment in (
        ("created", job.created_at),
        ("due", job.due_at),
        ("expires", job.expires_at),
        ("started", job.started_at),
        ("updated", job.updated_at),
        ("cancelled", job.cancel_requested_at),
        ("ended", job.completed_at),
    ):
        if moment is not None:
            yield name, clock.full(moment)
    if job.wait_ms is not None:
        yield "waited", span(job.wait_ms / 1000)
    if job.duration_ms is not None:
        yield "took", span(job.duration_ms / 1000)


def _attempts(attempts: tuple[Attempt, ...], clock: Clock) -> Table:
    drawn = table(("#retry", "!status", "!ended", "#took", "worker", "error"))
    for attempt in attempts:
        took = None if attempt.started_at is None else attempt.completed_at - attempt.started_at
        drawn.add_row(
            str(attempt.retry_count),
            attempt.status,
            clock.short(attempt.completed_at),
            span(took),
            one_line(attempt.worker),
            one_line(attempt.error),
        )
    return drawn


def _arguments(value: Any) -> Text:
    return Text("not JSON", style="dim") if value is None else _text(_json(value))


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _text(value: str | None) -> Text:
    return Text(visible(value, keep="") if value else "-")
