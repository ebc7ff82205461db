"""What an operator asks of a list, checked."""

from collections.abc import Sequence

from sqlite_transport.jobs.errors import JobError
from sqlite_transport.lists.wanted import Wanted
from sqlite_transport.search.words import words_in

#: Jobs on a page.
MOST = 1000


def wanted(type_: str | None, queue: str | None, text: str | None) -> Wanted:
    """Return the filters as one.

    Raises:
        JobError: one of them is none.
    """
    for name, value in (("type", type_), ("queue", queue), ("text", text)):
        if value is not None and not isinstance(value, str):
            raise JobError(f"{name} must be a text, not {value!r}")
    return Wanted(type_, queue, words(text))


def words(text: str | None) -> tuple[str, ...]:
    """Return the words to look for, none if there is no text.

    Raises:
        JobError: it has none.
    """
    found = tuple(words_in(text or ""))
    if text and not found:
        raise JobError(f"text={text!r} has no letter or digit to look for: write a word")
    return found


def statuses(status: str | None, allowed: Sequence[str], elsewhere: str) -> list[str]:
    """Return the statuses that are meant.

    Raises:
        JobError: it is none of the allowed ones; `elsewhere` says who has the others.
    """
    if status is None:
        return list(allowed)
    if status not in allowed:
        raise JobError(f"status must be one of {', '.join(allowed)}, not {status!r}; {elsewhere}")
    return [status]


def limited(limit: int) -> int:
    """Return the number of jobs on a page.

    Raises:
        JobError: it is none.
    """
    if not isinstance(limit, int) or isinstance(limit, bool) or not 1 <= limit <= MOST:
        raise JobError(f"limit must be a whole number from 1 to {MOST}, not {limit!r}")
    return limit
