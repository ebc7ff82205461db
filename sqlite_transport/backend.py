"""Celery's result backend in one SQLite file: `result_backend = "sqlite:///queue.db"`.

The file may be the broker's or another. Waiting for results is woken, not
polled; chords are counted in the file, and if the file is the broker's too a
chord's body is sent in the transaction that completes it.

Connection string: as the broker's, with `busy_timeout` as its one option.
"""

import time
from collections.abc import Iterable, Iterator
from typing import Any

from celery.backends.asynchronous import AsyncBackendMixin
from celery.exceptions import TimeoutError as CeleryTimeoutError
from kombu.utils.compat import detect_environment

from sqlite_transport import results
from sqlite_transport.chording import Chording
from sqlite_transport.result_consumer import ResultConsumer
from sqlite_transport.waiters import waiter_of


class SQLiteBackend(Chording, AsyncBackendMixin):
    """The result backend of one application, or of one thread of it.

    Celery makes one for each thread, or one for all with
    `result_backend_thread_safe`; either works. Greenlets share one.
    """

    supports_native_join = True

    def __init__(self, app: Any = None, url: str | None = None, **options: Any) -> None:
        super().__init__(app, url, **options)
        if detect_environment() != "default":
            # Else each greenlet had its own, with a greenlet to wait in that never ends.
            self.thread_safe = True
        self.result_consumer = ResultConsumer(
            self, self.app, self.accept, self._pending_results, self._pending_messages
        )

    def forget(self, task_id: Any) -> None:
        """Delete the task's result; who waits for it waits on."""
        super().forget(task_id)
        self.result_consumer.cancel_for(task_id)

    def get_many(
        self,
        task_ids: Iterable[str],
        timeout: float | None = None,
        interval: float | None = 0.5,
        no_ack: bool = True,
        on_message: Any = None,
        on_interval: Any = None,
        max_iterations: int | None = None,
        READY_STATES: frozenset[str] = Chording.READY_STATES,  # noqa: N803 - Celery's name
    ) -> Iterator[tuple[str, Any]]:
        """Yield id and meta data of the tasks as they become ready.

        timeout: seconds after which those that are not ready are given up.
        max_iterations: how many times to look; 1 does not wait at all.

        Raises:
            celery.exceptions.TimeoutError: the time is over.
        """
        del no_ack
        ids = set(task_ids)
        deadline = None if timeout is None else time.monotonic() + timeout
        waiter = None if max_iterations == 1 else waiter_of(self.database.path)
        if waiter is not None:
            waiter.listen(ids)
        looked = 0
        while ids:
            for task_id, meta in self._ready(ids, READY_STATES):
                ids.discard(task_id)
                if on_message is not None:
                    on_message(meta)
                yield task_id, meta
            looked += 1
            if not ids or looked == max_iterations or waiter is None:
                return
            left = None if deadline is None else deadline - time.monotonic()
            if left is not None and left <= 0:
                raise CeleryTimeoutError(f"Operation timed out ({timeout})")
            if on_interval:
                on_interval()
            nap = interval or 0.5
            if waiter.wait(nap if left is None else min(nap, left)):
                waiter.heard()

    def _ready(self, ids: set[str], ready: frozenset[str]) -> Iterator[tuple[str, Any]]:
        cached = {task_id: self._cache[task_id] for task_id in ids if self.is_cached(task_id)}
        yield from cached.items()
        others = list(ids.difference(cached))
        for task_id, payload in results.read_many(self.database, others, time.time()):
            meta = self.decode_result(payload)
            if meta["status"] in ready:
                self._cache[task_id] = meta
                yield task_id, meta
