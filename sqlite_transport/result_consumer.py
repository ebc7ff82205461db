"""Waiting for results: each thread sleeps on its own pipe, and no thread on another.

The consumer keeps the ids of the tasks that somebody waits for. Any thread
that waits takes note of all of them: with a backend that threads share, it
may be another one's result that it hears of first, and it wakes that one.
"""

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from functools import partial
from typing import Any

from celery import states
from celery.backends.asynchronous import BaseResultConsumer, greenletDrainer

from sqlite_transport import results
from sqlite_transport.errors import Replaced
from sqlite_transport.waiters import Waiter, waiter_of

#: Seconds after which a waiting thread looks by itself, in case a ring was lost.
LOOK = 1.0


class ResultConsumer(BaseResultConsumer):
    """What `AsyncResult.get` and its like wait with."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        # A dict as a set: its methods are atomic, and come from any thread.
        self._awaited: dict[str, Any] = {}
        self._leaves: dict[str, list[Any]] = {}
        self._waiting: set[Waiter] = set()
        # A greenlet drains for all others, for ever; it sleeps while none waits.
        self._drains_alone = isinstance(self.drainer, greenletDrainer)
        self._wanted = threading.Event()
        self._only: Waiter | None = None
        if self._drains_alone:
            self.drainer.start = partial(self._start_once, self.drainer.start)
        self._version: tuple[int, ...] = ()

    def start(self, initial_task_id: str, **_: Any) -> None:
        """Begin with one task."""
        self.consume_from(initial_task_id)

    def consume_from(self, task_id: str) -> None:
        """Note that somebody waits for the task, or will."""
        self._awaited[str(task_id)] = None
        self._version = ()
        if self._drains_alone:
            self._wanted.set()

    def cancel_for(self, task_id: str) -> None:
        """Note that nobody does any more; a garbage collector may call this anywhere."""
        self._awaited.pop(str(task_id), None)

    def on_after_fork(self) -> None:
        """Forget, in a child, what the parent waits for."""
        self._awaited = {}
        self._leaves = {}
        self._waiting = set()
        self._wanted = threading.Event()
        self._only = None

    def _start_once(self, start: Callable[[], None]) -> None:
        """Start the greenlet that drains: of several that start it at once, each would have one."""
        if self._only is None:
            self._waiter()
            start()
        elif self.drainer._started.is_set():
            start()  # it raises if the greenlet has ended

    def _wait_for_pending(self, result: Any, **options: Any) -> Iterator[Any]:
        leaves = [leaf for leaf in _leaves(result) if not _is_ready(leaf)]
        for leaf in leaves:
            self._leaves.setdefault(str(leaf.id), []).append(leaf)
        try:
            yield from super()._wait_for_pending(result, **options)
        finally:
            for leaf in leaves:
                waiting = self._leaves.pop(str(leaf.id), [])
                others = [other for other in waiting if other is not leaf]
                if others:
                    self._leaves[str(leaf.id)] = others

    def on_wait_for_pending(self, result: Any, **_: Any) -> None:
        """Take note of what is there already; the pipe is open, so nothing is missed after it."""
        own = [str(leaf.id) for leaf in _leaves(result) if not _is_ready(leaf)]
        if not self._drains_alone:
            waiter = self._waiter()
            # What other threads wait for they hear themselves; callbacks nobody else does.
            waiter.listen({*own, *(set(self._awaited) - set(self._leaves))})
            self._take_note(self._heard(waiter), waiter)
        for meta in self._look(own):
            if meta["status"] in states.READY_STATES:
                self._awaited.pop(meta["task_id"], None)
                self._tell(meta)

    def drain_events_until(
        self, p: Any, timeout: float | None = None, on_interval: Any = None
    ) -> Iterator[Any]:
        """Yield after each round of results, until the promise is kept.

        Raises:
            socket.timeout: it was not kept in `timeout` seconds.
        """
        if p.ready:
            return
        deadline = None if timeout is None else time.monotonic() + timeout

        def wait(timeout: float) -> None:
            self.drain_events(
                timeout if deadline is None else min(timeout, max(0.0, deadline - time.monotonic()))
            )

        waiter = None if self._drains_alone else self._waiter()
        if waiter is not None:
            self._waiting.add(waiter)
        try:
            interval = min(LOOK, timeout or LOOK)
            yield from self.drainer.drain_events_until(
                p, timeout=timeout, interval=interval, on_interval=on_interval, wait=wait
            )
        finally:
            if waiter is not None:
                self._waiting.discard(waiter)

    def drain_events(self, timeout: float | None = None) -> None:
        """Wait until results come, `timeout` seconds at most, and take note of them."""
        waiter = self._waiter()
        if self._drains_alone and not self._awaited:
            self._wanted.clear()
            if not self._awaited:
                self._wanted.wait(timeout)
                return
        if waiter.wait(timeout):
            self._take_note(self._heard(waiter), waiter)
        else:
            self._take_note(self._changed(), waiter)

    def _take_note(self, task_ids: list[str], waiter: Waiter) -> None:
        """Tell those who wait for the tasks, and wake those of them that are other threads."""
        told = False
        for meta in self._look(task_ids):
            if meta["status"] in states.READY_STATES:
                claimed = self._awaited.pop(meta["task_id"], self) is not self
                if not claimed and meta["task_id"] not in self._leaves:
                    continue  # another thread was quicker
                told = True
            self._tell(meta)
        if told:
            for other in self._waiting - {waiter}:
                other.wake()

    def _waiter(self) -> Waiter:
        path = self.backend.database.path
        if not self._drains_alone:
            return waiter_of(path)
        if self._only is None:
            self._only = Waiter(path)
        return self._only

    def _heard(self, waiter: Waiter) -> list[str]:
        """Return those of the tasks that were rung for that somebody waits for."""
        heard = waiter.heard()
        if heard is None:
            return self._all()
        return [each for each in heard if each in self._awaited or each in self._leaves]

    def _all(self) -> list[str]:
        """Return all that is waited for, now or by a callback."""
        return list({*list(self._awaited), *list(self._leaves)})

    def _changed(self) -> list[str]:
        """Return all that is waited for, if anything in the file has changed meanwhile."""
        database = self.backend.database
        with suppress(Replaced):  # then the next look is into the file that is there now
            database.check_identity()
        version = database.version()
        changed, self._version = version != self._version, version
        return self._all() if changed else []

    def _look(self, task_ids: Iterable[str]) -> Iterator[Any]:
        """Yield what the file knows of the tasks."""
        ids = list(task_ids)
        for task_id, payload in results.read_many(self.backend.database, ids, time.time()):
            meta = self.backend.decode_result(payload)
            meta.setdefault("task_id", task_id)
            yield meta

    def _tell(self, meta: Any) -> None:
        """Tell those who wait; a result that nobody waits for would be kept in vain."""
        if any(meta["task_id"] in pending for pending in self._pending_results):
            self.on_state_change(meta, None)
        elif self.on_message:
            self.on_message(meta)
        if meta["status"] in states.READY_STATES:
            # Celery 5.6 knows only the first of several results of one task.
            for leaf in list(self._leaves.get(meta["task_id"], ())):
                if not _is_ready(leaf):
                    leaf._maybe_set_cache(meta)


def _leaves(result: Any) -> Iterator[Any]:
    """Yield the results of single tasks that a result consists of."""
    children = getattr(result, "results", None)
    if children is None:
        yield result
        return
    for child in children:
        yield from _leaves(child)


def _is_ready(leaf: Any) -> bool:
    return bool(getattr(leaf, "_cache", None))
