"""`self.progress(done, total, message)`: a task says how far it is.

On `sqlite://` it is in the job's own row, where lists, `get` and events see
it. On another broker it is the task's state in the result backend.
"""

import math
from numbers import Real
from pathlib import Path
from typing import Any

from celery import Task

from sqlite_transport.application import location_of
from sqlite_transport.history import storable
from sqlite_transport.progress import Word
from sqlite_transport.task.pen import BackendPen, FilePen, Pen


class Progressing(Task):
    """A task that can tell its progress."""

    abstract = True

    #: Where the application's file is and its busy timeout, None elsewhere; once it was asked.
    _where: tuple[tuple[Path, float] | None] | None = None

    def progress(self, done: float, total: float | None = None, message: str | None = None) -> None:
        """Say that `done` of `total` is done, in whatever unit, and what is being done.

        Call it as often as you like: four times a second at most it is
        written, at once if all is done, and what was last said always. What
        cannot be written is told in the log, and does not disturb the task.
        Outside of a worker it does nothing.

        Raises:
            TypeError, ValueError: done or total is not a number, or the message not a text.
        """
        word = Word(
            _number("done", done),
            None if total is None else _number("total", total),
            _text(message),
        )
        request = self.request
        if request.called_directly or request.is_eager or request.id is None:
            return
        pen: Pen | None = request.__dict__.get("_pen")
        if pen is None:
            pen = request._pen = self._new_pen(request)
        pen.say(word)

    def _new_pen(self, request: Any) -> Pen:
        if self._where is None:
            found = location_of(self.app)
            self._where = ((found[0], found[1].busy_timeout) if found else None,)
        (where,) = self._where
        if where is None:
            return BackendPen(self, request.id)
        worker = request.hostname or ""
        return FilePen(request.id, *where, worker=worker, attempt=request.retries or 0)

    def after_return(self, *arguments: Any) -> None:
        """Write what was last said; a task with an `after_return` of its own calls this one too."""
        pen: Pen | None = self.request.__dict__.get("_pen")
        if pen is not None:
            pen.put_down()
        super().after_return(*arguments)


def _number(name: str, value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, Real):
        raise TypeError(f"progress(done, total, message): {name} must be a number, not {value!r}")
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        raise ValueError(f"progress(done, total, message): {name} must be finite, not {value!r}")
    return number


def _text(message: object) -> str | None:
    if message is None or isinstance(message, str):
        return None if message is None else storable(message)
    raise TypeError(f"progress(done, total, message): message must be a text, not {message!r}")
