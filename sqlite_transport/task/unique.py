"""Tasks of which there is only one at a time: the options `unique` and `unique_on`."""

import logging
from collections.abc import Mapping, Sequence
from math import inf
from typing import Any

from celery.exceptions import ImproperlyConfigured
from celery.utils import uuid

from sqlite_transport.receipts import receipt_of
from sqlite_transport.task.arguments import Arguments, key_of
from sqlite_transport.task.enforcing import Enforcing
from sqlite_transport.uniqueness import DONE, STARTED, TIME, Uniqueness

logger = logging.getLogger("sqlite_transport")

HEADER = "unique"
UNTIL = {"until_done": DONE, "until_started": STARTED}


class Unique(Enforcing, Arguments):
    """A task that is not sent while another one with the same arguments holds its place.

    unique: None (default), or how long a job holds it. `until_done`: until it
        has ended. `until_started`: until a worker has taken it. A number: for
        so many seconds from when it was sent, whatever becomes of it.
    unique_on: the names of the arguments that count (default: all).

    Whatever sends a second one gets the result of the first one: `.delay()`
    returns its id. Told in docs/control-unique.md, with what is never held
    back: retries, parts of chords.
    """

    abstract = True
    unique: str | float | None = None
    unique_on: tuple[str, ...] = ()

    @classmethod
    def on_bound(cls, app: Any) -> None:
        """Check the options.

        Raises:
            ImproperlyConfigured: with what they may be.
        """
        super().on_bound(app)
        if cls.unique is not None:
            _check(cls.name, cls.unique)
        cls.check_names("unique_on", cls.unique_on)

    def apply_async(
        self,
        args: Any = None,
        kwargs: Any = None,
        task_id: str | None = None,
        *others: Any,
        **options: Any,
    ) -> Any:
        """Send the task, or return the result of the one that holds its place."""
        wanted = self._wanted(args or (), kwargs or {}, options)
        if wanted is None:
            return super().apply_async(args, kwargs, task_id, *others, **options)
        task_id = task_id or uuid()
        receipt = receipt_of(task_id)
        receipt.begin(task_id)
        options["headers"] = {**(options.get("headers") or {}), HEADER: wanted.as_header()}
        return super().apply_async(args, kwargs, task_id, *others, **options)

    def AsyncResult(self, task_id: str, **options: Any) -> Any:  # noqa: N802 - Celery's name
        """Return the result of the task with this id, or of the one that stands for it."""
        result = super().AsyncResult(task_id, **options)
        return receipt_of(task_id).apply_to(result) if self.unique is not None else result

    def _wanted(
        self, args: Sequence[Any], kwargs: Mapping[str, Any], options: Mapping[str, Any]
    ) -> Uniqueness | None:
        """Return what the message is to ask for, None if it may be sent in any case."""
        if self.unique is None or options.get("retries") or not self.is_enforced:
            return None
        if options.get("replaced_task_nesting") or _is_in_a_chord(options):
            logger.debug("%s: somebody waits for this very job, so it may be a second one", self)
            return None
        arguments = self.named(args, kwargs)
        if arguments is None:
            return None
        key = f"{self.name} {key_of(arguments, self.unique_on, 'unique_on')}"
        if isinstance(self.unique, str):
            return Uniqueness(key, UNTIL[self.unique], 0.0)
        return Uniqueness(key, TIME, float(self.unique))


def _check(name: str, unique: object) -> None:
    if isinstance(unique, str) and unique in UNTIL:
        return
    is_number = isinstance(unique, (int, float)) and not isinstance(unique, bool)
    if not is_number or not 0 < unique < inf:  # type: ignore[operator]
        raise ImproperlyConfigured(
            f"{name}: unique must be 'until_done', 'until_started' or a number of seconds, "
            f"not {unique!r}"
        )


def _is_in_a_chord(options: Mapping[str, Any]) -> bool:
    """Tell whether a chord would wait for this task, or for what follows it, for ever."""
    if options.get("chord") is not None:
        return True
    return any(_ends_in_a_chord(signature) for signature in options.get("chain") or ())


def _ends_in_a_chord(signature: Mapping[str, Any]) -> bool:
    if (signature.get("options") or {}).get("chord") is not None:
        return True
    inner = signature.get("kwargs") or {}
    parts = [*(inner.get("tasks") or ()), inner.get("body")]
    return any(_ends_in_a_chord(part) for part in parts if isinstance(part, Mapping))
