"""The arguments of a call by their names, and keys made of some of them."""

import hashlib
import inspect
from collections.abc import Collection, Mapping, Sequence
from functools import cached_property
from typing import Any

from celery.app.task import Task
from celery.exceptions import ImproperlyConfigured

from sqlite_transport.json_encoder import json_encoder

_encode = json_encoder(sort_keys=True, ensure_ascii=False)

#: Characters that a key may have; what is longer is told by its hash.
LONGEST = 200


class Arguments(Task):
    """A task that knows the names of its arguments."""

    abstract = True

    @cached_property
    def _parameters(self) -> inspect.Signature:
        return inspect.signature(self.run)

    @cached_property
    def _plain(self) -> tuple[list[str], dict[str, Any]] | None:
        """The names of the parameters and the defaults, if all can be given by name or place."""
        parameters = self._parameters.parameters.values()
        if any(each.kind is not inspect.Parameter.POSITIONAL_OR_KEYWORD for each in parameters):
            return None
        defaults = {each.name: each.default for each in parameters}
        return list(defaults), {
            name: default
            for name, default in defaults.items()
            if default is not inspect.Parameter.empty
        }

    def named(self, args: Sequence[Any], kwargs: Mapping[str, Any]) -> dict[str, Any] | None:
        """Return what the function gets, by the names of its parameters, defaults included.

        None: the call makes no sense, which its worker will say.

        Raises:
            TypeError: the function does not take these arguments.
        """
        return self._named_at_once(args, kwargs) or self._bound(args, kwargs)

    def _named_at_once(
        self, args: Sequence[Any], kwargs: Mapping[str, Any]
    ) -> dict[str, Any] | None:
        """Do that for a plain function and a call that it takes, at a tenth of the cost."""
        if self._plain is None:
            return None
        names, defaults = self._plain
        arguments = {**defaults, **dict(zip(names, args, strict=False)), **kwargs}
        is_right = len(arguments) == len(names) and arguments.keys() == self._names
        # As many as were given: none twice.
        once = len(args) + len(kwargs) == len({*names[: len(args)], *kwargs})
        return arguments if is_right and once else None

    @cached_property
    def _names(self) -> frozenset[str]:
        return frozenset(self._parameters.parameters)

    def _bound(self, args: Sequence[Any], kwargs: Mapping[str, Any]) -> dict[str, Any]:
        bound = self._parameters.bind(*args, **kwargs)
        bound.apply_defaults()
        arguments = dict(bound.arguments)
        for name, parameter in self._parameters.parameters.items():
            if parameter.kind is inspect.Parameter.VAR_KEYWORD:
                arguments |= arguments.pop(name)
        return arguments

    @classmethod
    def names(cls) -> Collection[str] | None:
        """Return the names that an argument can have, None if it can have any."""
        is_bound = not isinstance(inspect.getattr_static(cls, "run"), staticmethod)
        parameters = list(inspect.signature(cls.run).parameters.values())[is_bound:]
        if any(each.kind is inspect.Parameter.VAR_KEYWORD for each in parameters):
            return None
        return [each.name for each in parameters]

    @classmethod
    def check_names(cls, option: str, names: object) -> None:
        """Check an option that names arguments.

        Raises:
            ImproperlyConfigured: it names none, or one that there is not.
        """
        if not isinstance(names, (tuple, list)) or not all(isinstance(each, str) for each in names):
            raise ImproperlyConfigured(
                f"{cls.name}: {option} must be a tuple of names of arguments, such as "
                f'("directory",), not {names!r}'
            )
        known = cls.names() if cls.run is not Task.run else None
        for name in names:
            if known is not None and name not in known:
                raise ImproperlyConfigured(
                    f"{cls.name}: {option} names {name!r}, but the arguments are "
                    f"{', '.join(known) or 'none'}"
                )


def key_of(arguments: Mapping[str, Any], chosen: Collection[str], option: str) -> str:
    """Return a text that is the same for the same values of the chosen arguments, or of all.

    It is their JSON, in one order; or its hash, if that is long or no valid text.

    Raises:
        TypeError: a value has no JSON.
    """
    values = {name: arguments.get(name) for name in chosen} if chosen else arguments
    try:
        text = _encode(values)
    except (TypeError, ValueError, RecursionError) as error:
        raise TypeError(
            f"no key can be made of the arguments {', '.join(values)} ({error}): "
            f"choose others with {option}"
        ) from error
    if len(text) <= LONGEST and text.isascii():
        return text
    encoded = text.encode(errors="surrogatepass")
    if len(text) > LONGEST or not _is_text(encoded):
        return f"sha256:{hashlib.sha256(encoded).hexdigest()}"
    return text


def _is_text(encoded: bytes) -> bool:
    """Tell whether SQLite takes it: a file name that is no UTF-8 has lone surrogates."""
    try:
        encoded.decode()
    except UnicodeDecodeError:
        return False
    return True
