"""Asking before anything that destroys."""

import sys

import click

from sqlite_transport.commands.exit_codes import REFUSED, Failure

yes_option = click.option("--yes", "-y", is_flag=True, help="Do not ask.")


def ask(question: str, yes: bool) -> None:
    """Go on only if a person says yes.

    question: what will be done, without a question mark: to how many jobs,
        and what is lost.

    Raises:
        Failure: the answer is no, or nobody can be asked.
    """
    if yes:
        return
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise Failure(
            "NotConfirmed",
            f"{question}? There is no terminal to ask at: say --yes. Nothing was changed.",
            REFUSED,
        )
    if not click.confirm(f"{question}?", err=True):
        raise Failure("NotConfirmed", "you said no; nothing was changed", REFUSED)


def jobs_in_words(number: int, status: str = "") -> str:
    """Return `1 job`, `2 failed jobs`."""
    return f"{number} {status}{' ' * bool(status)}job{'s' * (number != 1)}"
