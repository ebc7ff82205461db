"""A task's arguments on the command line, as JSON."""

import json
from typing import Any

import click


class JSON(click.ParamType):  # type: ignore[type-arg]
    """JSON text of one kind of value; numbers of any length stay exact."""

    def __init__(self, name: str, kind: type, example: str) -> None:
        self.name = name
        self.kind = kind
        self.example = example

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the value."""
        try:
            read = json.loads(value)
        except (ValueError, RecursionError) as error:
            self.fail(f"{value!r} is no JSON ({error}): write {self.example}", param, ctx)
        if not isinstance(read, self.kind):
            self.fail(f"{value!r} is another kind of JSON: write {self.example}", param, ctx)
        return read


ARGS = JSON("array", list, "'[1, \"two\"]'")
KWARGS = JSON("object", dict, "'{\"name\": 1}'")
