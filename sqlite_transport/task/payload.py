"""A payload's model, and the arguments of a task as it sees them.

The library needs no pydantic: it calls the methods of whatever class it is
given, which are named as pydantic's.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

from celery.exceptions import ImproperlyConfigured

from sqlite_transport.task.invalid_payload import InvalidPayload, explain

METHODS = ("model_validate", "model_dump")


class Payload(NamedTuple):
    """The model of one task."""

    task: str
    model: Any

    def check(self) -> None:
        """Check that the model can be used.

        Raises:
            ImproperlyConfigured: it cannot, and why.
        """
        if not isinstance(self.model, type) or not all(
            callable(getattr(self.model, name, None)) for name in METHODS
        ):
            raise ImproperlyConfigured(
                f"{self.task}: payload must be a pydantic model, or a class with its methods "
                f"{' and '.join(METHODS)}, not {self.model!r}"
            )
        for name, field in self._declared().items():
            alias = getattr(field, "validation_alias", None)
            if alias is not None and alias != getattr(field, "serialization_alias", None):
                raise ImproperlyConfigured(
                    f"{self.task}: the payload's field {name!r} is read by the name {alias!r} "
                    "but written by another, so it could not be read again: "
                    "use alias= alone"
                )

    def names(self) -> Collection[str] | None:
        """Return the fields' names on the wire, None if they are not known."""
        fields = self._declared()
        if not fields:
            return None
        return [getattr(field, "alias", None) or name for name, field in fields.items()]

    def _declared(self) -> Mapping[str, Any]:
        return getattr(self.model, "model_fields", None) or {}

    def on_the_wire(self, args: Sequence[Any], kwargs: Mapping[str, Any]) -> dict[str, Any]:
        """Return the fields as they are sent: plain JSON.

        Raises:
            InvalidPayload: the model refuses the arguments.
        """
        try:
            model = self.model.model_validate(self._fields_given(args, kwargs))
            return dump(model)
        except InvalidPayload:
            raise
        except ValueError as error:
            raise explain(self.task, error) from error

    def received(self, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
        """Return the model of what came over the wire, or of a direct call.

        Raises:
            InvalidPayload: the model refuses the arguments.
        """
        if len(args) == 1 and not kwargs and isinstance(args[0], self.model):
            return args[0]
        fields = self._fields_given(args, kwargs)
        try:
            return self._from_json(fields)
        except ValueError as error:
            raise explain(self.task, error) from error

    def _from_json(self, fields: dict[str, Any]) -> Any:
        """Read it as JSON, in which a strict model takes a text for a date, if it is JSON."""
        validate = getattr(self.model, "model_validate_json", None)
        if validate is not None:
            try:
                text = json.dumps(fields)
            except (TypeError, ValueError):
                pass
            else:
                return validate(text)
        return self.model.model_validate(fields)

    def _fields_given(self, args: Sequence[Any], kwargs: Mapping[str, Any]) -> dict[str, Any]:
        """Put together what was given: at most one model or dict, and named ones before it."""
        if not args:
            return dict(kwargs)
        given = dump(args[0]) if isinstance(args[0], self.model) else args[0]
        if len(args) > 1 or not isinstance(given, Mapping):
            kinds = ", ".join(type(each).__name__ for each in args)
            raise InvalidPayload(
                f"{self.task}: takes its fields by name, or one dict or {self.model.__name__}, "
                f"not ({kinds}); in a chain, .si() takes no result from the task before"
            )
        return {**given, **kwargs}


def as_data(argument: Any) -> Any:
    """Return a model as its fields, and anything else as it is."""
    return dump(argument) if hasattr(type(argument), "model_dump") else argument


def dump(model: Any) -> dict[str, Any]:
    """Return the fields of a model as plain JSON that it can be read from again."""
    # Without what is computed: the model would refuse it when it is read. What is wrong in it
    # is no matter for a warning: it will be validated.
    fields: dict[str, Any] = model.model_dump(
        mode="json", by_alias=True, round_trip=True, warnings=False
    )
    return fields
