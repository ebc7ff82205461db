"""`celery jobs`: the verbs by what they are for, each loaded when it is called."""

from importlib import import_module
from typing import Any

import click
from celery.bin.base import handle_preload_options
from click_didyoumean import DYMGroup

SECTIONS = {
    "Look": ("list", "history", "get", "stats", "workers", "schedules", "events"),
    "Change": ("add", "update", "cancel", "retry", "promote", "reset-stalled"),
    "Hold back": ("pause", "resume", "limits", "limit", "breaker"),
    "Keep": ("cleanup", "purge", "vacuum", "backup", "restore", "doctor"),
}

EXAMPLES = (
    "celery -A films jobs list --type scan --status blocked",
    "celery -A films jobs history --status failed --since 2h",
    "celery -A films jobs retry --all --type scan --since 2h",
    "celery -A films jobs stats --json",
    "celery -b sqlite:////var/lib/films/queue.db jobs list",
)


class Verbs(DYMGroup):
    """A group whose commands are the modules of `verbs`."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the verbs, in the order of the help."""
        return [name for names in SECTIONS.values() for name in names]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Load a verb."""
        if cmd_name not in self.list_commands(ctx):
            return None
        module = import_module(f"{__package__}.verbs.{cmd_name.replace('-', '_')}")
        command: click.Command = module.command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the verbs, section by section."""
        width = max(map(len, self.list_commands(ctx)))
        for title, names in SECTIONS.items():
            rows = []
            for name in names:
                command = self.get_command(ctx, name)
                assert command is not None  # noqa: S101 - every name of SECTIONS has a module
                rows.append((name.ljust(width), command.get_short_help_str(formatter.width)))
            with formatter.section(title):
                formatter.write_dl(rows)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write examples and the exit codes."""
        from sqlite_transport.commands.exit_codes import MEANINGS

        with formatter.section("Examples"):
            for example in EXAMPLES:
                formatter.write(f"{'':{formatter.current_indent}}{example}\n")
        with formatter.section("Exit codes"):
            formatter.write_dl(MEANINGS)


@click.group(cls=Verbs, name="jobs")
@click.pass_context
@handle_preload_options  # type: ignore[untyped-decorator]
def jobs(ctx: click.Context, **_: Any) -> None:
    """Look at the jobs in the application's SQLite file, change them, hold them back, keep them.

    A job is named by its id or by its task's id. Every verb takes --json:
    one document on stdout, and an error as {"error": …} on stderr.
    """
