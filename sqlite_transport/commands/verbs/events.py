"""`jobs events`."""

import json
from typing import Any

import click
from rich.text import Text

from sqlite_transport.commands.clock import Clock
from sqlite_transport.commands.desk import Desk
from sqlite_transport.commands.job_tables import STYLES
from sqlite_transport.commands.paper import one_line
from sqlite_transport.commands.times import SPAN
from sqlite_transport.commands.verb import verb
from sqlite_transport.jobs.event import Event


@verb("events", "events --name job:failed --name job:cancelled --json")
@click.option("--name", "names", metavar="NAME", multiple=True, help="Only these; several times.")
@click.option("--timeout", type=SPAN, help="End when nothing has happened for so long.")
@click.option("--after", metavar="ID", type=click.IntRange(0), help="Go on after this event.")
def command(desk: Desk, names: tuple[str, ...], timeout: float | None, after: int | None) -> None:
    """Follow what happens, a line or a JSON object each."""
    with desk.jobs.events(names=names or None, timeout=timeout, after=after) as events:
        for event in events:
            if desk.as_json:
                desk.document(event, line=True)
            else:
                desk.out.print(_line(event, desk.clock))
                desk.out.file.flush()


def _line(event: Event, clock: Clock) -> Text:
    parts: list[Any] = [clock.time(event.created_at), event.name, event.job_id]
    parts += [event.type, event.queue]
    parts += [f"{name}={_told(name, value, clock)}" for name, value in event.data.items()]
    line = one_line("  ".join(str(part) for part in parts if part is not None))
    line.style = STYLES.get(event.name.partition(":")[2], "")
    return line


def _told(name: str, value: Any, clock: Clock) -> str:
    if name.endswith("_at") and isinstance(value, (int, float)):
        return clock.stamp(value)
    if isinstance(value, float):
        return f"{value:g}"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
