"""`jobs workers`."""

from collections.abc import Iterable

from rich.table import Table
from rich.text import Text

from sqlite_transport.commands.clock import Clock
from sqlite_transport.commands.desk import Desk
from sqlite_transport.commands.paper import one_line
from sqlite_transport.commands.tables import table
from sqlite_transport.commands.verb import verb
from sqlite_transport.jobs.workers import Held, Worker


@verb("workers")
def command(desk: Desk) -> None:
    """Show the processes that work, and what each has in hand."""
    workers = desk.jobs.workers()
    if workers or desk.as_json:
        desk.tell({"items": workers}, _table(workers, desk.clock))
    else:
        desk.note("Nobody works: start one with celery -A … worker")


def _table(workers: Iterable[Worker], clock: Clock) -> Table:
    drawn = table(("worker", "#pid", "!since", "queues", "#run", "#next", "running"))
    for worker in workers:
        running = [job for job in worker.jobs if job.started]
        drawn.add_row(
            _name(worker),
            str(worker.pid),
            clock.short(worker.started_at) if worker.alive else Text("dead", style="bold red"),
            one_line(", ".join(worker.queues)),
            str(len(running)),
            str(len(worker.jobs) - len(running)),
            one_line(", ".join(_told(job, clock) for job in running)),
        )
    return drawn


def _name(worker: Worker) -> Text:
    return one_line(worker.name or f"{worker.program} on {worker.hostname}")


def _told(job: Held, clock: Clock) -> str:
    return f"{job.id} {job.type} ({clock.ago(job.since)})"
