"""How many jobs a change of many is about, for whoever asks before it is made."""

from sqlite_transport.jobs import asked
from sqlite_transport.jobs.elsewhere.looking import Looking, browsed, chosen
from sqlite_transport.jobs.elsewhere.queues import QUEUES, Queues, total
from sqlite_transport.lists.wanted import Wanted
from sqlite_transport.status import OVER, PENDING, PROCESSING, SCHEDULED


class Foreseeing(Looking, Queues):
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

        `pending` are the messages in the queue, or in all that are known, which can
        be chosen by nothing else. since, until: of what has ended.

        Raises:
            NobodyAnswered: it is about what workers hold, and none has.
            NotOnThisBroker: of what is pending a type or a text is asked, or of
                what has ended anything and there is no `history_url`.
            JobError: a time is none.
        """
        wanted = asked.wanted(type, queue, text)
        found = 0
        if PENDING in statuses:
            found += self._count_waiting(wanted)
        if (PROCESSING in statuses) or (SCHEDULED in statuses):
            held = chosen(self._held("count"), wanted)
            found += sum(job.status in statuses for job in held)
        ended = tuple(status for status in OVER if status in statuses)
        return found + (self._count_ended(ended, wanted, since, until) if ended else 0)

    def _count_waiting(self, wanted: Wanted) -> int:
        if wanted.type is not None or wanted.words:
            self._refuse("count", "the broker does not tell types and arguments of what waits")
        if wanted.queue is not None:
            return total(self._waiting([wanted.queue]))
        (queues,) = self._ask(QUEUES)
        return total(self._waiting(self._known_queues(queues)))

    def _count_ended(
        self, statuses: tuple[str, ...], wanted: Wanted, since: object, until: object
    ) -> int:
        meant = browsed(statuses, wanted, since, until)
        return self._history_for("count").count_found(meant, wanted.words)
