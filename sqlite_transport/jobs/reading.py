"""Looking at jobs: lists of them, and their numbers."""

from functools import cached_property
from math import inf

from sqlite_transport.jobs import asked
from sqlite_transport.jobs.checks import moment_of
from sqlite_transport.jobs.finding import Finding
from sqlite_transport.jobs.job import COLUMNS, job_from
from sqlite_transport.jobs.page import Page, read_key, written
from sqlite_transport.jobs.stats import Stats, stats_of
from sqlite_transport.lists.counting import Counting
from sqlite_transport.lists.keys import PARTS
from sqlite_transport.lists.pages import Pages
from sqlite_transport.lists.parts import Ended, active_part
from sqlite_transport.status import OVER


class Reading(Finding):
    """What an operator sees. It changes no job; the first search makes an index in the file."""

    def list(
        self,
        *,
        type: str | None = None,  # noqa: A002 - what an operator calls it
        status: str | None = None,
        queue: str | None = None,
        text: str | None = None,
        limit: int = 50,
        after: str | None = None,
    ) -> Page:
        """Return a page of what is still to be done, in the order in which it will be.

        First what workers have (`processing`), the oldest first; then what is
        ready (`pending`), by priority and then the oldest first; what is
        ready and held back (`blocked`), likewise; and what is not due yet
        (`scheduled`), the next first. Whoever goes through the pages sees each
        job once, but for one that itself moves meanwhile: that may be seen
        twice, or not at all if it moved to what has been shown already.

        type: the task's name; '' for messages that are no tasks, which are
            left out otherwise. text: each of its words begins a word in the
            arguments, whatever its case; of messages in JSON alone.
        limit: jobs on the page, 1 to 1000. after: the `next` of the page
            before. A page is given after 40 ms or so with what was found by
            then, so go on until `next` is None.

        Raises:
            JobError: what is asked makes no sense.
        """
        key = read_key(after, is_history=False)
        statuses = asked.statuses(status, PARTS, "what has ended is in the history")
        wanted = asked.wanted(type, queue, text)
        parts = [active_part(each, queue) for each in statuses]
        found = self._pages.page(parts, wanted, key, asked.limited(limit))
        return Page(tuple(job_from(row) for _, row in found.rows), written(found.after))

    def history(
        self,
        *,
        type: str | None = None,  # noqa: A002 - what an operator calls it
        status: str | None = None,
        queue: str | None = None,
        text: str | None = None,
        since: object = None,
        until: object = None,
        limit: int = 50,
        after: str | None = None,
    ) -> Page:
        """Return a page of what has ended, the newest end first.

        since, until: ended at the first or later, and before the second: seconds
            since 1970, a datetime, or an ISO 8601 text. The others, and the
            pages, are those of `list`.

        With `history_url` it is read there, and what is still on its way comes
        from the file. It has no index of the arguments, so a text that is rare
        takes many pages.

        Raises:
            JobError: what is asked makes no sense.
            OperationalError: the database at `history_url` cannot be used now.
        """
        key = read_key(after, is_history=True)
        statuses = asked.statuses(status, OVER, "what is still to be done is in the list")
        wanted = asked.wanted(type, queue, text)
        first = -inf if since is None else moment_of("since", since)
        part = Ended(statuses, first, inf if until is None else moment_of("until", until))
        most = asked.limited(limit)
        # The file first: what leaves it meanwhile has arrived there by then.
        found = self._pages.page([part], wanted, key, most)
        jobs = {key: job_from(row) for key, row in found.rows}
        ends = [found.after]
        if self._archive:
            others, end = self._archive.page(part, wanted, key, most)
            jobs = others | jobs
            ends.append(end)
        # Each knows all there is up to its end.
        known = min((end for end in ends if end is not None), default=None)
        keys = sorted(each for each in jobs if known is None or each <= known)
        if len(keys) > most:
            keys, known = keys[:most], keys[most - 1]
        return Page(tuple(jobs[each] for each in keys), written(known))

    def stats(self, *, window: float = 3600.0) -> Stats:
        """Return how many jobs there are, by status, queue and type, and how many have ended.

        window: the seconds up to now in which those have ended that count.

        Raises:
            JobError: the window is no time.
        """
        return stats_of(self._counting, self._ended_since, window)

    def _ended_since(self, status: str, moment: float) -> tuple[int, float]:
        count, since = self._counting.ended_since(status, moment)
        if self._archive:
            others, known = self._archive.ended_since(status, moment)
            return count + others, max(since, known)
        return count, since

    @cached_property
    def _pages(self) -> Pages:
        return Pages(self.broker.database, COLUMNS)

    @cached_property
    def _counting(self) -> Counting:
        return Counting(self.broker.database)
