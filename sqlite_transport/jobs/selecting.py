"""Many jobs, changed a slice at a time, each slice in a short transaction of its own.

A crash in the middle leaves each job as it was or changed; the same call again
goes on with the rest. Jobs that come while it works are left alone.
"""

import time
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from sqlite_transport import queue, walks
from sqlite_transport.jobs import asked
from sqlite_transport.jobs.changing import Changing
from sqlite_transport.jobs.checks import moment_of
from sqlite_transport.jobs.errors import JobError
from sqlite_transport.search.words import has_words
from sqlite_transport.slices import Slices
from sqlite_transport.walks import Seen, Wanted

#: What is told how many are done, and of how many if that is known.
Progressing = Callable[[int, int | None], None]


class Changed(NamedTuple):
    """What became of a slice: how many were changed, and which queues have work for others.

    then: what is to be done once it is committed.
    """

    done: int
    queues: set[str]
    then: Callable[[], None] | None = None


class Choice(NamedTuple):
    """Which jobs: None is all. Times are those of their ends."""

    type: str | None = None
    queue: str | None = None
    text: str | None = None
    since: object = None
    until: object = None


#: Changes the jobs of a status that have these ids, if they still have it, within a transaction.
ChangeSlice = Callable[[Any, str, list[int], float], Changed]


class Selecting(Changing):
    """What all changes of many jobs have in common."""

    def _change_all(
        self,
        statuses: Sequence[str],
        choice: Choice,
        change: ChangeSlice,
        progress: Progressing | None,
    ) -> int:
        """Change all jobs that there are by now; return how many were changed.

        statuses: those to go through, one after the other, perhaps twice.
        """
        database = self.broker.database
        ways = {status: self._wanted(status, choice) for status in statuses}
        words = asked.words(choice.text)
        total: int | None = None
        if progress is not None and choice.text is None:
            total = sum(walks.how_many(database, wanted) for wanted in ways.values())
        done, slices = 0, Slices()
        for wanted in map(ways.__getitem__, statuses):
            after = walks.first(wanted)
            while seen := walks.next_jobs(database, wanted, after, slices.size):
                after = seen[-1].key
                jobs = [each.id for each in seen if matches(each, words)]
                if not jobs:
                    continue
                with slices.transaction(database) as connection:
                    changed = change(connection, wanted.status, jobs, time.time())
                    waiting = self.broker.waiting_for(connection, changed.queues)
                self._announce(waiting)
                if changed.then is not None:
                    changed.then()
                done += changed.done
                if progress is not None:
                    progress(done, total)
        return done

    def _wanted(self, status: str, choice: Choice) -> Wanted:
        _check_choice(choice)
        newest = self.broker.database.read(queue.NEWEST)[0][0]
        # What ends from now on may be what this call has put back.
        until, since = time.time(), walks.LONG_AGO
        if choice.since is not None:
            since = moment_of("since", choice.since)
        if choice.until is not None:
            until = min(until, moment_of("until", choice.until))
        return Wanted(status, choice.type or "", choice.queue or "", newest, since, until)


def _check_choice(choice: Choice) -> None:
    """Refuse what chooses nothing, and would change all jobs: a variable that is empty, mostly.

    Raises:
        JobError: a filter is empty, or no text.
    """
    asked.wanted(choice.type, choice.queue, choice.text)
    for name in ("type", "queue", "text"):
        if getattr(choice, name) == "":
            raise JobError(f"{name} is empty: name one, or leave it out to mean all jobs")


def matches(job: Seen, words: Sequence[str]) -> bool:
    """Tell whether each of the words begins one in the job's arguments, as in the lists."""
    return not words or has_words(job.payload, job.content_type, words)


def check_status(status: str | None, known: Sequence[str]) -> Sequence[str]:
    """Return the statuses that are meant; None is all that are known.

    Raises:
        JobError: it is not one of them.
    """
    if status is None:
        return known
    if status not in known:
        raise JobError(f"the status must be one of {', '.join(known)}, not {status!r}")
    return (status,)
