"""How a verb ends, for scripts: the exit codes, and the failure that carries one."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any

import click
from kombu.exceptions import OperationalError

from sqlite_transport.jobs import JobError, NoSuchJob

DONE, FAILED, USAGE, NO_SUCH_JOB, REFUSED, NO_FILE = range(6)
INTERRUPTED = 130

#: What `celery jobs --help` says of them.
MEANINGS = (
    (str(DONE), "done"),
    (str(FAILED), "it failed, or doctor found an error"),
    (str(USAGE), "the command line is wrong"),
    (str(NO_SUCH_JOB), "there is no such job"),
    (str(REFUSED), "refused: the job's state, or no confirmation; nothing was changed"),
    (str(NO_FILE), "the file cannot be used, or the broker is none"),
    (str(INTERRUPTED), "interrupted"),
)


class Failure(click.ClickException):
    """The foreseen end of a verb: one sentence on stderr, and a code.

    kind: the error's name, for scripts. ref: the job that it is about, as it
    was named, if the verb was given several. as_json: say it as JSON.
    """

    def __init__(self, kind: str, message: str, exit_code: int, ref: str | None = None) -> None:
        super().__init__(message)
        self.kind = kind
        self.exit_code = exit_code  # type: ignore[misc]  # click has it of the class
        self.ref = ref
        self.as_json = False

    def as_dict(self) -> dict[str, Any]:
        """Return it as `json.dumps` takes it."""
        ref = {} if self.ref is None else {"ref": self.ref}
        return {"kind": self.kind, "message": self.message, "exit_code": self.exit_code, **ref}

    def show(self, file: IO[Any] | None = None) -> None:
        """Write it to stderr."""
        if self.as_json:
            click.echo(json.dumps({"error": self.as_dict()}), file=file, err=file is None)
        else:
            super().show(file)


def failure_of(error: JobError | OperationalError, ref: str | None = None) -> Failure:
    """Return the failure that an error of the API is, about the job that was named so."""
    kind = type(error).__name__
    match error:
        case NoSuchJob():
            code = NO_SUCH_JOB
        case OperationalError():
            code = NO_FILE
        case _:
            code = REFUSED
    return Failure(kind, str(error), code, ref)


@contextmanager
def foreseen(as_json: bool) -> Iterator[None]:
    """Make failures of the API's errors, which are raised within, and of Ctrl-C its exit code."""
    try:
        yield
    except (Failure, JobError, OperationalError) as error:
        failure = error if isinstance(error, Failure) else failure_of(error)
        failure.as_json = as_json
        raise failure from error.__cause__
    except UnicodeEncodeError as error:
        # So Python hands over what was typed in another encoding, or is no text at all.
        message = f"{error.object!r} is no text: write it in UTF-8"
        failure = Failure(type(error).__name__, message, REFUSED)
        failure.as_json = as_json
        raise failure from None
    except (KeyboardInterrupt, click.Abort):
        # On a terminal there stands a ^C, or a question.
        click.echo("\nInterrupted" if sys.stderr.isatty() else "Interrupted", err=True)
        raise click.exceptions.Exit(INTERRUPTED) from None
