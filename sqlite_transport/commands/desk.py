"""What a verb works at: the application's jobs, and the two streams that it writes to."""

import json
import sys
from dataclasses import asdict, is_dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import Any

from celery.bin.base import CLIContext
from rich.console import RenderableType
from rich.text import Text

from sqlite_transport.application import location_of
from sqlite_transport.commands.clock import Clock
from sqlite_transport.commands.exit_codes import FAILED, NO_FILE, Failure
from sqlite_transport.commands.paper import paper
from sqlite_transport.jobs import AnyJobs, open_jobs


class Desk:
    """One call of a verb.

    out: stdout, for data and nothing else. err: stderr, for what a person
    reads beside it.
    """

    def __init__(self, context: CLIContext, *, as_json: bool, utc: bool) -> None:
        self.app = context.app
        self.as_json = as_json
        self.quiet = context.quiet
        self.clock = Clock(utc)
        self.out = paper(sys.stdout, context.no_color)
        self.err = paper(sys.stderr, context.no_color)

    @cached_property
    def jobs(self) -> AnyJobs:
        """The application's jobs.

        Raises:
            Failure: its broker is not set up as it must be.
            OperationalError: the file cannot be used, and why.
        """
        try:
            return open_jobs(self.app)
        except ValueError as error:
            raise Failure("ValueError", str(error), NO_FILE) from error

    @cached_property
    def place(self) -> Path | None:
        """The application's file, which may be missing or damaged; None on another broker.

        It is not opened.

        Raises:
            Failure: the broker's URL or an option is wrong.
        """
        try:
            place = location_of(self.app)
        except ValueError as error:
            raise Failure("ValueError", str(error), NO_FILE) from error
        return None if place is None else place[0]

    def import_tasks(self) -> None:
        """Import the application's tasks, for a verb that sends one.

        Raises:
            Failure: they cannot be imported.
        """
        try:
            self.app.loader.import_default_modules()
        except Exception as error:
            told = f"the tasks cannot be imported: {type(error).__name__}: {error}"
            raise Failure(type(error).__name__, told, FAILED) from error

    def import_tasks_if_possible(self) -> None:
        """Import the application's tasks, for a verb that names a type.

        An operator must be able to pause the type whose module is broken.
        """
        try:
            self.import_tasks()
        except Failure as failure:
            self.note(f"Types may be missing, for {failure.message}")

    def tell(self, value: Any, *shown: RenderableType) -> None:
        """Write to stdout what the verb has found or done: the value as JSON, or what is shown.

        Texts are left to the terminal to wrap, so that they can be copied.
        """
        if self.as_json:
            self.document(value)
            return
        for each in shown:
            self.out.print(each, soft_wrap=isinstance(each, (str, Text)))

    def document(self, value: Any, *, line: bool = False) -> None:
        """Write a value to stdout as one JSON document; on one line if nobody is looking."""
        indent = None if line or not self.out.is_terminal else 2
        text = _json(value, ensure_ascii=False, indent=indent)
        try:
            text.encode(self.out.encoding)
        except UnicodeEncodeError:
            text = _json(value, ensure_ascii=True, indent=indent)
        self.out.file.write(text + "\n")
        self.out.file.flush()

    def note(self, sentence: str) -> None:
        """Say something to the person, on stderr; not if Celery was told to be quiet."""
        if not self.quiet and not self.as_json:
            self.err.print(sentence, style="dim", soft_wrap=True)


def _json(value: Any, *, ensure_ascii: bool, indent: int | None) -> str:
    written = partial(json.dumps, default=_plain, ensure_ascii=ensure_ascii, indent=indent)
    try:
        return written(value, allow_nan=False)
    except ValueError:
        # Python writes, and Celery sends, numbers that JSON does not have: NaN and Infinity.
        return written(json.loads(written(value), parse_constant=lambda _: None))


def _plain(value: Any) -> Any:
    if hasattr(value, "as_json"):
        return value.as_json()
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    if isinstance(value, Path):
        return str(value)
    raise TypeError(f"{type(value).__name__} is not known to JSON")
