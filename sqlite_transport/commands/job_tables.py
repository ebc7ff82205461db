"""Jobs in tables: what is to be done, and what has ended."""

from collections.abc import Callable, Iterable

from rich.table import Table
from rich.text import Text

from sqlite_transport.commands.clock import Clock, span
from sqlite_transport.commands.paper import one_line
from sqlite_transport.commands.tables import table
from sqlite_transport.jobs import Job, Progress
from sqlite_transport.status import (
    BLOCKED,
    CANCELLED,
    COMPLETED,
    FAILED,
    PENDING,
    PROCESSING,
    SCHEDULED,
)

#: A table of jobs, with its header or, as a later page, without.
Draw = Callable[[Iterable[Job], Clock, bool], Table]

STYLES = {
    PENDING: "",
    SCHEDULED: "cyan",
    BLOCKED: "yellow",
    PROCESSING: "bold blue",
    COMPLETED: "green",
    FAILED: "bold red",
    CANCELLED: "magenta",
}


def to_do_table(jobs: Iterable[Job], clock: Clock, header: bool = True) -> Table:
    """Show jobs that have not ended."""
    drawn = table(("#id", "!status", "type", "queue", "#pri", "!when", "what"), header=header)
    for job in jobs:
        drawn.add_row(
            str(job.id),
            status_text(job.status),
            one_line(job.type),
            one_line(job.queue),
            str(job.priority),
            clock.short(_since(job)),
            one_line(_what(job)),
        )
    return drawn


def ended_table(jobs: Iterable[Job], clock: Clock, header: bool = True) -> Table:
    """Show jobs that have ended."""
    drawn = table(("#id", "!status", "type", "queue", "!ended", "#took", "error"), header=header)
    for job in jobs:
        drawn.add_row(
            str(job.id),
            status_text(job.status),
            one_line(job.type),
            one_line(job.queue),
            clock.short(job.completed_at),
            "-" if job.duration_ms is None else span(job.duration_ms / 1000),
            one_line(job.error),
        )
    return drawn


def changed_table(jobs: Iterable[Job]) -> Table:
    """Show what became of jobs that were changed, as bare lines."""
    drawn = table(("#id", "!status", "type", "!task"), header=False)
    for job in jobs:
        status = "cancelling" if _is_being_cancelled(job) else job.status
        drawn.add_row(str(job.id), status_text(status), one_line(job.type), visible_id(job.task_id))
    return drawn


def status_text(status: str) -> Text:
    """Return the status in its colour."""
    return Text(status, style=STYLES.get(status, ""))


def visible_id(task_id: str | None) -> Text:
    """Return a task's id, which is never cut."""
    text = one_line(task_id)
    text.overflow = "fold"
    return text


def progress_text(progress: Progress) -> str:
    """Return what a task has said of its progress: `3/10 (30 %) copying`."""
    told = f"{progress.done:g}"
    if progress.total:
        told += f"/{progress.total:g} ({progress.done / progress.total:.0%})"
    return f"{told} {progress.message}" if progress.message else told


def _since(job: Job) -> float | None:
    if job.status == SCHEDULED:
        return job.due_at
    return job.started_at if job.status == PROCESSING else job.created_at


def _what(job: Job) -> str:
    said = []
    if _is_being_cancelled(job):
        said.append("cancelling")
    if job.blocked_by and job.status == BLOCKED:
        said.append(job.blocked_by)
    if job.progress:
        said.append(progress_text(job.progress))
    if job.retry_count:
        said.append(f"retry {job.retry_count}")
    if job.worker and job.status == PROCESSING:
        said.append(job.worker)
    return ", ".join(said)


def _is_being_cancelled(job: Job) -> bool:
    return job.status == PROCESSING and job.cancel_requested_at is not None
