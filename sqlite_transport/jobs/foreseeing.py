"""How many jobs a change of many is about, for whoever asks before it is made."""

from collections.abc import Sequence

from sqlite_transport import walks
from sqlite_transport.database import Database
from sqlite_transport.jobs import asked
from sqlite_transport.jobs.selecting import Choice, Selecting, matches
from sqlite_transport.walks import Wanted

#: Jobs that are read at once.
AT_ONCE = 2000


class Foreseeing(Selecting):
    """The part that counts, and changes nothing."""

    def count(
        self,
        *statuses: str,
        type: str | None = None,  # noqa: A002
        queue: str | None = None,
        text: str | None = None,
        since: object = None,
        until: object = None,
    ) -> int:
        """Return how many jobs are in one of the statuses and meet what is given.

        They are those that `cancel_all`, `retry_all` and `promote_all` would
        change now: in the file, whatever `history_url` says. With a text the
        arguments of all of them are read.

        Raises:
            JobError: a time is none.
        """
        choice = Choice(type, queue, text, since, until)
        ways = [self._wanted(status, choice) for status in statuses]
        database = self.broker.database
        if text is None:
            return sum(walks.how_many(database, wanted) for wanted in ways)
        words = asked.words(text)
        return sum(_how_many_match(database, wanted, words) for wanted in ways)


def _how_many_match(database: Database, wanted: Wanted, words: Sequence[str]) -> int:
    found, after = 0, walks.first(wanted)
    while seen := walks.next_jobs(database, wanted, after, AT_ONCE):
        after = seen[-1].key
        found += sum(matches(each, words) for each in seen)
    return found
