"""A subscription to what Celery's workers tell, for one thread."""

import time
from collections import deque
from collections.abc import Iterator
from types import TracebackType
from typing import Any, Self

from kombu.exceptions import OperationalError

from sqlite_transport.jobs.elsewhere.told import Told
from sqlite_transport.jobs.event import Event

#: Seconds after which it looks whether it was closed, and for which it reads at least.
LOOK, AT_LEAST = 0.5, 0.05


class SubscriptionElsewhere(Iterator[Event]):
    """What happens, event by event: an iterator, and a context manager that closes it.

    It listens from when it is made. One thread iterates; any may close it,
    which ends the iteration half a second later at most.
    """

    def __init__(self, app: Any, names: frozenset[str] | None, timeout: float | None) -> None:
        self._names = names
        self._timeout = timeout
        self._told = Told()
        self._ready: deque[Event] = deque()
        self._closed = False
        self._position = 0
        self._connection = app.connection_for_read()
        try:
            self._receiver = app.events.Receiver(self._connection)
            self._consumer = self._connection.Consumer(
                queues=[self._receiver.queue],
                callbacks=[self._on_message],
                no_ack=True,
                accept=self._receiver.accept,
            )
            self._consumer.consume()
            # Redis is told of a subscription only when it is read from.
            self._drain(AT_LEAST)
        except BaseException:
            self._connection.release()
            raise

    @property
    def position(self) -> int:
        """The id of the latest event that was given: a number of this subscription's own."""
        return self._position

    def __next__(self) -> Event:
        """Return the next event, as soon as there is one.

        Raises:
            OperationalError: the connection to the broker is lost: listen anew.
        """
        deadline = None if self._timeout is None else time.monotonic() + self._timeout
        while not self._ready:
            if self._closed:
                self._connection.release()
                raise StopIteration
            left = LOOK if deadline is None else deadline - time.monotonic()
            self._drain(min(LOOK, max(left, AT_LEAST)))
            if deadline is not None and time.monotonic() >= deadline:
                self._closed = True
        event = self._ready.popleft()
        self._position = event.id
        return event

    def _drain(self, seconds: float) -> None:
        connection = self._connection
        try:
            connection.drain_events(timeout=seconds)
        except TimeoutError:
            return
        except connection.connection_errors + connection.channel_errors as error:
            raise OperationalError(
                f"the connection to {connection.as_uri()} is lost ({error}): listen anew"
            ) from error

    def _on_message(self, body: Any, _: Any) -> None:
        for told in body if isinstance(body, list) else [body]:
            event = self._told.event(told)
            if event is not None and (self._names is None or event.name in self._names):
                self._ready.append(event)

    def close(self) -> None:
        """Listen no longer."""
        self._closed = True

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
        self._connection.release()
