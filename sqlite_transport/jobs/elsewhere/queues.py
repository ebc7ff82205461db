"""The queues: which there are, and how many messages wait in each."""

from collections.abc import Iterable, Mapping
from typing import Any

from amqp.exceptions import ChannelError

from sqlite_transport.jobs.elsewhere.asking import Answers, Asking, Question

QUEUES = Question("active_queues")


class Queues(Asking):
    """The part that counts messages."""

    def _waiting(self, names: Iterable[str]) -> dict[str, int | None]:
        """Return how many messages wait in each queue, None if there is no such queue.

        On Redis a queue is there only while something is in it.
        """
        with self._connected() as connection:
            return {name: _count(connection, name) for name in names}

    def _known_queues(self, answers: Answers) -> set[str]:
        """Return the names that the application has and that workers consume from."""
        app = self.app
        names = {str(name) for name in app.amqp.queues} | consumed(answers).keys()
        routes = app.conf.task_routes
        for route in routes.values() if isinstance(routes, dict) else ():
            queue = route.get("queue") if isinstance(route, dict) else route
            names |= {queue} if isinstance(queue, str) else set()
        return names


def consumed(answers: Answers) -> dict[str, list[str]]:
    """Return by queue the workers that consume from it."""
    workers: dict[str, list[str]] = {}
    for worker, queues in answers.items():
        for queue in queues if isinstance(queues, list) else ():
            workers.setdefault(queue["name"], []).append(worker)
    return workers


def _count(connection: Any, name: str) -> int | None:
    # RabbitMQ closes the channel that asks for a queue which is not there.
    with connection.channel() as channel:
        errors: tuple[type[Exception], ...] = (ChannelError, *connection.channel_errors)
        try:
            declared = channel.queue_declare(queue=name, passive=True)
        except errors:
            return None
        return int(declared.message_count)


def total(waiting: Mapping[str, int | None]) -> int:
    """Return how many messages wait in all of the queues."""
    return sum(count or 0 for count in waiting.values())
