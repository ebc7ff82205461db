"""Where a page ends, as a text that an operator passes on and does not read."""

import base64
import json
from math import isfinite
from typing import Any

from sqlite_transport.jobs.errors import JobError

WRONG = (
    "after={!r} is no place in this list: pass the `next` of the page before, as it is, "
    "or leave it out to begin at the first page"
)


def packed(*place: object) -> str:
    """Return the parts of a place as one text."""
    return base64.urlsafe_b64encode(json.dumps(place).encode()).decode().rstrip("=")


def unpacked(after: str) -> tuple[Any, Any, Any, Any]:
    """Return the four parts that `packed` made a text of; whether they make sense is not checked.

    Raises:
        JobError: it is no such text.
    """
    try:
        padded = after + "=" * (-len(after) % 4)
        first, second, third, fourth = json.loads(base64.b64decode(padded, "-_", validate=True))
    except (ValueError, TypeError, AttributeError, RecursionError):
        raise wrong(after) from None
    return first, second, third, fourth


def is_number(part: object) -> bool:
    """Tell whether a part of a place is a number, and one that SQLite takes."""
    if type(part) is int:
        return abs(part) < 2**63
    return type(part) is float and isfinite(part)


def wrong(after: object) -> JobError:
    """Return the error that says what to pass instead."""
    return JobError(WRONG.format(after))
