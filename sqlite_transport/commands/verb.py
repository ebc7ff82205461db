"""A verb: a click command that is given a desk, and says its examples."""

from collections.abc import Callable
from typing import Any

import click

from sqlite_transport.commands.desk import Desk
from sqlite_transport.commands.exit_codes import foreseen


class Verb(click.Command):
    """A command with --json and --utc, whose callback takes a `Desk` first.

    examples: command lines for the help, without what stands before `jobs`.
    """

    def __init__(self, *args: Any, examples: tuple[str, ...] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.examples = examples
        self.params += [
            click.Option(["--utc"], is_flag=True, help="Show times in UTC, not local time."),
            click.Option(["--json", "as_json"], is_flag=True, help="Print JSON."),
        ]

    def invoke(self, ctx: click.Context) -> Any:
        """Call the callback with a desk; foreseen errors end it with a sentence and a code."""
        as_json, utc = ctx.params.pop("as_json"), ctx.params.pop("utc")
        with foreseen(as_json):
            desk = Desk(ctx.obj, as_json=as_json, utc=utc)
            assert self.callback is not None  # noqa: S101 - every verb has one
            return ctx.invoke(self.callback, desk, **ctx.params)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the examples."""
        with formatter.section("Example" if len(self.examples) == 1 else "Examples"):
            for example in self.examples:
                line = f"celery -A films jobs {example}"
                formatter.write(f"{'':{formatter.current_indent}}{line}\n")


def verb(*examples: str) -> Callable[[Callable[..., None]], Verb]:
    """Make a verb of a function, which is named as its module."""

    def make(function: Callable[..., None]) -> Verb:
        name = function.__module__.rpartition(".")[2].replace("_", "-")
        command: Verb = click.command(name, cls=Verb, examples=examples)(function)
        return command

    return make
