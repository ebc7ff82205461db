"""What the index says of a job: its terms.

A word stands for itself. The others begin with `=`, which no word does: `=t`
and the type, `=q` and the queue, `=i` and a digest of the task's id, and `=?`
for arguments with too much in them, which have to be read.
"""

import sys
from array import array
from collections.abc import Iterable
from hashlib import blake2b
from typing import NamedTuple

from sqlite_transport.search.words import words_of

#: Characters of a word that the index keeps, and of a body whose words it does.
LONGEST_WORD = 40
LONGEST_BODY = 64 * 1024

UNREAD = "=?"
#: The first and the last of what is no word.
PROPERTY = "=", "=\U0010ffff"
TYPE, AFTER_TYPES = "=t", "=u"

#: How many words of a text are looked up; the others are seen to in what these find.
LOOKED_UP = 3

#: What comes after every word that begins with the same letters.
_LAST = "\U0010ffff"


class Term(NamedTuple):
    """What to look for: everything from the one to the other; is_word: in the arguments."""

    first: str
    last: str
    is_word: bool


def terms_of(
    type_: str,
    queue: str,
    task_id: str | None,
    payload: str | bytes | None,
    content_type: str | None,
) -> set[str]:
    """Return all that the index says of a job."""
    if payload is not None and len(payload) > LONGEST_BODY:
        terms = {UNREAD}
    else:
        terms = {word[:LONGEST_WORD] for word in words_of(payload, content_type)}
    terms.add(TYPE + type_)
    terms.add(f"=q{queue}")
    if task_id is not None:
        terms.add(_of_task(task_id))
    return terms


def _of_task(task_id: str) -> str:
    return "=i" + blake2b(task_id.encode(errors="replace"), digest_size=6).hexdigest()


def of_type(type_: str) -> Term:
    """Return the term of a type."""
    return _exactly(TYPE + type_)


def of_queue(queue: str) -> Term:
    """Return the term of a queue."""
    return _exactly(f"=q{queue}")


def of_task(task_id: str) -> Term:
    """Return the term of a task's id."""
    return _exactly(_of_task(task_id))


def _exactly(term: str) -> Term:
    return Term(term, term, is_word=False)


def of_words(words: Iterable[str]) -> list[Term]:
    """Return the terms of the longest of the words, which are the rarest ones."""
    longest = sorted(set(words), key=len, reverse=True)[:LOOKED_UP]
    cut = [word[:LONGEST_WORD] for word in longest]
    return [Term(word, word + _LAST, is_word=True) for word in cut]


def packed(places: Iterable[int]) -> bytes:
    """Return places within a block, two bytes each, the lower one first."""
    return _as_stored(array("H", places)).tobytes()


def unpacked(stored: bytes) -> "array[int]":
    """Return the places of `packed`."""
    places = array("H")
    places.frombytes(stored)
    return _as_stored(places)


def _as_stored(places: "array[int]") -> "array[int]":
    if sys.byteorder == "big":
        places.byteswap()
    return places
