"""The text that says where a page of a list ends."""

from sqlite_transport.jobs.cursor import is_number, packed, unpacked, wrong

#: The version of a cursor's form, which is none of a file's.
FORM = "e1"

#: A list's name, the place in it, and the job's id, by which those of one place are sorted.
Key = tuple[str, float, str]


def written(key: Key | None) -> str | None:
    """Return a key as text for `Page.next`."""
    return None if key is None else packed(FORM, *key)


def read_key(after: str | None, *names: str) -> Key | None:
    """Return the key of a text that `written` made for one of these lists.

    Raises:
        JobError: it is none.
    """
    if after is None:
        return None
    form, name, place, job = unpacked(after)
    if form != FORM or name not in names or not is_number(place) or not isinstance(job, str):
        raise wrong(after)
    return name, float(place), job
