"""`jobs stats`."""

from collections.abc import Mapping

import click
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from sqlite_transport.commands.clock import span
from sqlite_transport.commands.desk import Desk
from sqlite_transport.commands.job_tables import status_text
from sqlite_transport.commands.paper import one_line
from sqlite_transport.commands.tables import table
from sqlite_transport.commands.times import SPAN
from sqlite_transport.commands.verb import verb
from sqlite_transport.jobs.stats import QueueStats, Stats, TypeStats
from sqlite_transport.status import (
    BLOCKED,
    CANCELLED,
    COMPLETED,
    FAILED,
    PENDING,
    PROCESSING,
    SCHEDULED,
)

TO_DO = (PENDING, SCHEDULED, BLOCKED, PROCESSING)


@verb("stats", "stats --window 10m --json")
@click.option("--window", type=SPAN, default="1h", show_default=True, help="Ended for how long.")
def command(desk: Desk, window: float) -> None:
    """Show how many jobs there are, and how many ended lately."""
    stats = desk.jobs.stats(window=window)
    desk.tell(stats, *_shown(stats))
    for warning in stats.warnings:
        desk.note(warning)


def _shown(stats: Stats) -> list[RenderableType]:
    sheet = Table.grid(padding=(0, 2, 0, 0))
    sheet.add_column(style="bold", no_wrap=True)
    sheet.add_column()
    sheet.add_row("to be done", f"{stats.total_active}")
    for status in TO_DO:
        if number := getattr(stats, status):
            sheet.add_row(Text("  ").append(status_text(status)), f"{number}")
    if stats.oldest_pending_age is not None:
        sheet.add_row("oldest waits", span(stats.oldest_pending_age))
    sheet.add_row(f"last {span(stats.window)}", _ended(stats))
    parts: list[RenderableType] = [sheet]
    for title, numbers in (("queue", stats.queues), ("type", stats.types)):
        if numbers:
            parts += ["", _by(title, numbers)]
    return parts


def _ended(stats: Stats) -> Text:
    told = Text()
    for status, rate in (
        (COMPLETED, stats.completed_per_minute),
        (FAILED, stats.failed_per_minute),
        (CANCELLED, None),
    ):
        told.append(", " if told else "").append(f"{getattr(stats, status)} ")
        told.append(status_text(status))
        told.append("" if rate is None else f" ({rate:.3g}/m)")
    return told


def _by(title: str, numbers: Mapping[str, QueueStats] | Mapping[str, TypeStats]) -> Table:
    drawn = table((title, *(f"#{status}" for status in TO_DO)))
    for name, each in numbers.items():
        drawn.add_row(one_line(name), *(f"{getattr(each, status)}" for status in TO_DO))
    return drawn
