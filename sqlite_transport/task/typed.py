"""Tasks whose payload has a type: the option `payload`."""

import inspect
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from celery.app.task import Task

from sqlite_transport.task.arguments import Arguments
from sqlite_transport.task.invalid_payload import InvalidPayload
from sqlite_transport.task.payload import Payload, as_data


class Typed(Arguments):
    """A task whose function takes one argument, a model.

    payload: the model's class, of pydantic or with its methods
        (`model_validate`, `model_dump`).

    Senders give the model, a dict or the fields as named arguments; on the wire
    are the fields alone. They are checked when the task is sent, and again
    before it runs. Told in docs/payloads.md.
    """

    abstract = True
    payload: Any = None

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        run = inspect.getattr_static(cls, "run")
        if cls.payload is not None and run is not Task.run and not hasattr(run, "takes_payload"):
            cls.run = _taking_payload(run)
            # Celery's check of the arguments knows the function's own alone.
            cls.__header__ = staticmethod(_anything)

    @classmethod
    def on_bound(cls, app: Any) -> None:
        """Check the option.

        Raises:
            ImproperlyConfigured: with what is wrong with the model.
        """
        if cls.payload is not None:
            Payload(cls.name, cls.payload).check()
        super().on_bound(app)

    def apply_async(
        self,
        args: Any = None,
        kwargs: Any = None,
        task_id: str | None = None,
        *others: Any,
        **options: Any,
    ) -> Any:
        """Send the task, if its payload is a right one.

        Raises:
            InvalidPayload: it is not; nothing was sent.
        """
        if self.payload is not None:
            try:
                kwargs = self._payload.on_the_wire(args or (), kwargs or {})
                args = ()
            except InvalidPayload:
                # A parent's result or a retry: it is this job that is to fail, not its sender.
                if not (options.get("parent_id") or options.get("retries")):
                    raise
        return super().apply_async(args, kwargs, task_id, *others, **options)

    def signature(self, args: Any = None, kwargs: Any = None, *others: Any, **options: Any) -> Any:
        """Return a signature; it holds models as dicts, since it may have to be sent itself."""
        if self.payload is not None:
            args = tuple(map(as_data, args or ()))
            kwargs = {name: as_data(each) for name, each in (kwargs or {}).items()}
        return super().signature(args, kwargs, *others, **options)

    subtask = signature

    def before_start(self, task_id: str, args: Any, kwargs: Any) -> None:
        """Check the payload where no `autoretry_for` can catch that it is wrong."""
        super().before_start(task_id, args, kwargs)
        if self.payload is not None:
            self.request.checked_payload = self._payload.received(args, kwargs)

    def named(self, args: Sequence[Any], kwargs: Mapping[str, Any]) -> dict[str, Any] | None:
        """Return the payload's fields as they are on the wire."""
        if self.payload is None:
            return super().named(args, kwargs)
        return None if args else dict(kwargs)

    @classmethod
    def names(cls) -> Collection[str] | None:
        """Return the names that the payload's fields have on the wire, None if any will do."""
        if cls.payload is None:
            return super().names()
        return Payload(cls.name, cls.payload).names()

    @property
    def _payload(self) -> Payload:
        return Payload(self.name, self.payload)


def _anything(*_: Any, **__: Any) -> None:
    """Take any arguments: the model looks at them."""


def _taking_payload(run: Any) -> Callable[..., Any]:
    """Return a `run` that takes what was sent, and gives the function the model."""
    is_bound = not isinstance(run, staticmethod)
    function = run if is_bound else run.__func__

    def taking_payload(self: Typed, *args: Any, **kwargs: Any) -> Any:
        # Called directly, nobody has looked at it before.
        model = self.request.__dict__.pop("checked_payload", None)
        if model is None:
            model = self._payload.received(args, kwargs)
        return function(self, model) if is_bound else function(model)

    # Not its signature: that is the model's.
    taking_payload.__name__ = function.__name__
    taking_payload.__doc__ = function.__doc__
    taking_payload.takes_payload = True  # type: ignore[attr-defined]
    return taking_payload
