"""Read answers as they are: one wrong value costs that value, not the whole answer."""

import logging
from collections.abc import Callable
from typing import Annotated, Any, TypeVar

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    TypeAdapter,
    ValidationError,
    ValidatorFunctionWrapHandler,
    WrapValidator,
)

from media.errors import InvalidAnswerError

logger = logging.getLogger(__name__)

M = TypeVar("M", bound=BaseModel)


class Lenient(BaseModel):
    """Base of what providers send: what is new there is ignored."""

    model_config = ConfigDict(extra="ignore", frozen=True, coerce_numbers_to_str=True)


def only_good(item: Any) -> Callable[[Any], list[Any]]:
    """Return what keeps the items of a list that are as `item` says, and no others."""
    adapter = TypeAdapter(item)

    def keep(values: Any) -> list[Any]:
        if values is None:
            return []
        if not isinstance(values, list):
            logger.warning("a provider sent no list of %s", _name(item))
            return []
        return [good for value in values for good in _validated(adapter, value, item)]

    return keep


def read_as(model: type[M], data: Any, provider: str) -> M:
    """Return `data` as `model`.

    Raises:
        InvalidAnswerError: what nothing can be done without is missing or wrong.
    """
    try:
        return model.model_validate(data)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        field = ".".join(str(part) for part in first["loc"]) or "the answer"
        raise InvalidAnswerError(
            f"{provider} sent what cannot be used: {field}: {first['msg']}"
        ) from None


def _validated(adapter: TypeAdapter[Any], value: Any, item: Any) -> list[Any]:
    try:
        return [adapter.validate_python(value)]
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        field = ".".join(str(part) for part in first["loc"])
        logger.warning(
            "left out a wrong %s of a provider: %s: %s", _name(item), field, first["msg"]
        )
        return []


def _or_none(value: Any, handler: ValidatorFunctionWrapHandler) -> Any:
    if value is None or value == "":
        return None
    try:
        return handler(value)
    except ValidationError as error:
        logger.warning("left out a wrong value of a provider: %s", error.errors()[0]["msg"])
        return None


def _name(item: Any) -> str:
    return str(getattr(item, "__name__", item))


def _stripped(value: Any) -> Any:
    return value.strip() if isinstance(value, str) else value


def _or_empty(value: Any, handler: ValidatorFunctionWrapHandler) -> Any:
    if value is None:
        return handler({})
    try:
        return handler(value)
    except ValidationError as error:
        logger.warning("left out a wrong part of a provider: %s", error.errors()[0]["msg"])
        return handler({})


# For what may be missing or wrong: then it is None, or as good as empty.
OrNone = WrapValidator(_or_none)
OrEmpty = WrapValidator(_or_empty)
Text = Annotated[str | None, OrNone, BeforeValidator(_stripped)]
Number = Annotated[int | None, OrNone]
Decimal = Annotated[float | None, OrNone]
Yes = Annotated[bool | None, OrNone]
