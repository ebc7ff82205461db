"""A page of a list, and the text that says where the next one begins."""

from dataclasses import dataclass
from typing import Any

from sqlite_transport.jobs.cursor import is_number, packed, unpacked, wrong
from sqlite_transport.jobs.job import Job
from sqlite_transport.lists.keys import ENDED, Key

#: The version of a cursor's form.
FORM = 1


@dataclass(frozen=True, slots=True)
class Page:
    """Some jobs of a list, in its order.

    next: pass it as `after` for those that follow; None: there are no more.
        A page may have fewer jobs than asked for, or none, and a `next`: its
        time was over before it had found them.
    """

    items: tuple[Job, ...]
    next: str | None

    def as_json(self) -> dict[str, Any]:
        """Return it as `json.dumps` takes it."""
        return {"items": [job.as_json() for job in self.items], "next": self.next}


def written(key: Key | None) -> str | None:
    """Return a key as text for `Page.next`."""
    return None if key is None else packed(FORM, *key)


def read_key(after: str | None, is_history: bool) -> Key | None:
    """Return the key of a text that `written` made for a list of this kind.

    Raises:
        JobError: it is none.
    """
    if after is None:
        return None
    form, rank, place, job = unpacked(after)
    whole = all(type(each) is int for each in (form, rank, job))
    if (
        not whole
        or form != FORM
        or rank not in range(ENDED + 1)
        or (rank == ENDED) is not is_history
        or not is_number(place)
        or not 0 < abs(job) < 2**63
        or (job < 0) is not is_history
    ):
        raise wrong(after)
    return rank, place, job
