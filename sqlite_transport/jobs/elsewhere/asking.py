"""Asking the workers, all at once, and waiting for their answers for a second."""

import time
from collections.abc import Collection, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, NamedTuple

from kombu.exceptions import LimitExceeded, OperationalError

from sqlite_transport.jobs.elsewhere.part import Part
from sqlite_transport.jobs.errors import NobodyAnswered

#: Seconds for which answers are waited for. Nobody knows how many will come.
TIMEOUT = 1.0

#: Seconds for which others may have all connections of the application's pool, and
#: between two looks.
PATIENCE, PAUSE = 5.0, 0.02


class Question(NamedTuple):
    """A command of remote control; destination: the one worker that is asked, None for all."""

    command: str
    arguments: Mapping[str, Any] = {}
    destination: str | None = None


#: What each worker said, by its name.
Answers = dict[str, Any]


class Asking(Part):
    """The part that talks with the workers and the broker."""

    def _ask(self, *questions: Question) -> list[Answers]:
        """Ask all of the questions at the same time; a worker that is silent is not in the answers.

        Raises:
            OperationalError: the broker cannot be reached.
        """
        if len(questions) == 1:
            return [self._ask_one(questions[0])]
        with ThreadPoolExecutor(len(questions)) as pool:
            return list(pool.map(self._ask_one, questions))

    def _ask_one(self, question: Question) -> Answers:
        with self._connected() as connection:
            deadline = time.monotonic() + PATIENCE
            while True:
                try:
                    replies = self._broadcast(question, connection)
                except LimitExceeded:
                    # Remote control does not wait for a connection of the pool.
                    if time.monotonic() >= deadline:
                        raise
                    time.sleep(PAUSE)
                else:
                    return {name: said for reply in replies for name, said in reply.items()}

    def _broadcast(self, question: Question, connection: Any) -> list[Answers]:
        one = question.destination
        replies: list[Answers] | None = self.app.control.broadcast(
            question.command,
            arguments=dict(question.arguments),
            destination=None if one is None else [one],
            connection=connection,
            reply=True,
            timeout=TIMEOUT,
            limit=None if one is None else 1,
        )
        return replies or []

    @contextmanager
    def _connected(self) -> Iterator[Any]:
        """Give a connection that is there: where there is none, remote control waits for ever."""
        with self.app.connection_for_write() as connection:
            try:
                connection.ensure_connection(max_retries=1, interval_start=0, interval_step=0)
            except OperationalError as error:
                raise OperationalError(
                    f"the broker {connection.as_uri()} cannot be reached ({error}): "
                    "start it, or correct broker_url"
                ) from error
            yield connection

    def _heard(self, answers: Collection[Any], verb: str) -> None:
        """Go on only if somebody has answered.

        Raises:
            NobodyAnswered: nobody has.
        """
        if not answers:
            raise NobodyAnswered(
                f"{verb}: no worker has answered within {TIMEOUT:g} s, so it is not known what "
                "workers hold: none runs, or all are busy (a solo pool answers between its "
                "jobs) or cut off from the broker; see their logs"
            )
