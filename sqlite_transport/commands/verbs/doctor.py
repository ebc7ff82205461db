"""`jobs doctor`."""

from collections.abc import Iterable
from pathlib import Path

import click
from rich.table import Table
from rich.text import Text

from sqlite_transport.commands.desk import Desk
from sqlite_transport.commands.exit_codes import FAILED
from sqlite_transport.commands.paper import visible
from sqlite_transport.commands.tables import table
from sqlite_transport.commands.verb import verb
from sqlite_transport.jobs.doctor import Finding, examine

STYLES = {"ok": "green", "warning": "yellow", "error": "bold red"}


@verb("doctor", "doctor --file /var/lib/films/queue.db")
@click.option("--file", type=click.Path(path_type=Path), help="This file; no application needed.")
@click.option("--deep", is_flag=True, help="Compare every index too; takes longer.")
def command(desk: Desk, file: Path | None, deep: bool) -> None:
    """Examine the file, and say what to do.

    It may be missing, damaged, or none of ours. On another broker, examine that,
    the workers, history and results. The exit code is 1 if there is
    an error, 0 with mere warnings.
    """
    path = desk.place if file is None else file.expanduser().resolve()
    findings = desk.jobs.doctor(deep=deep) if path is None else examine(path, deep=deep)
    desk.tell({"file": path, "items": findings}, _table(findings))
    if any(finding.level == "error" for finding in findings):
        raise click.exceptions.Exit(FAILED)


def _table(findings: Iterable[Finding]) -> Table:
    drawn = table(("!level", "!check", "finding"))
    for finding in findings:
        said = Text(visible(finding.message))
        if finding.fix:
            said.append(f"\n→ {visible(finding.fix)}", style="bold")
        drawn.add_row(Text(finding.level, style=STYLES[finding.level]), finding.name, said)
    return drawn
