"""Which jobs are asked for."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlite_transport.search.terms import Term, of_queue, of_type, of_words
from sqlite_transport.search.words import has_words

#: The columns that `Wanted.admits` takes.
COLUMNS = "type, queue, transient, payload, content_type"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What must hold for a job; None, or no word, for whatever it is.

    type: the task's name. Without one no message is meant that is no task:
        events, remote control, and what else was sent without a type; with
        the empty one, those alone. words: see `search.words`.
    """

    type: str | None = None
    queue: str | None = None
    words: tuple[str, ...] = ()

    def admits(self, row: Sequence[Any]) -> bool:
        """Tell whether the job is meant whose `COLUMNS` these are."""
        type_, queue, transient, payload, content_type = row
        if self.type is None:
            if transient or not type_:
                return False
        elif type_ != self.type:
            return False
        if self.queue is not None and queue != self.queue:
            return False
        return not self.words or has_words(payload, content_type, self.words)

    def terms(self) -> list[Term]:
        """Return what the index can say of it, nothing if it says nothing."""
        if self.type == "":
            return []
        terms = of_words(self.words)
        if self.type is not None:
            terms.append(of_type(self.type))
        if self.queue is not None:
            terms.append(of_queue(self.queue))
        return terms
