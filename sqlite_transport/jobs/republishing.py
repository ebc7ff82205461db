"""Publishing a job anew that has left the file for a history elsewhere."""

import time
from math import inf
from typing import TYPE_CHECKING, Any

from sqlite_transport import queue as queues
from sqlite_transport import topology, uniqueness
from sqlite_transport.history import IDENTITY
from sqlite_transport.jobs.adding import NEW
from sqlite_transport.jobs.changing import Changing
from sqlite_transport.jobs.errors import NoSuchJob, WrongState
from sqlite_transport.jobs.job import Job, headers_of
from sqlite_transport.jobs.old_results import OldResults, Task
from sqlite_transport.message import Envelope
from sqlite_transport.retrying import renewed
from sqlite_transport.uniqueness import Uniqueness, uniqueness_from

if TYPE_CHECKING:
    from sqlite_transport.history_store.entry import Entry


class Republishing(Changing, OldResults):
    """Retrying a job of which only the history knows."""

    def _publish_anew(self, ref: int | str) -> Job:
        """Publish the message of a job in the history at `history_url`; return its new job.

        Raises:
            NoSuchJob: there is none.
            WrongState: its task is in the file again, or its queue is full.
        """
        newest = self.broker.database.read(queues.NEWEST)[0][0]
        entry = self._in_history(ref)
        if entry.task_id is not None:
            self._check_absent(entry.task_id)
        envelope, tasks = _envelope(entry, time.time()), [Task(entry.task_id, entry.type)]
        unique, now = uniqueness_of(envelope.headers), envelope.created_at
        with self.broker.database.writing as connection:
            # Another operator may have had the same idea since the look for it.
            again = connection.execute(NEW, (newest, entry.task_id)).fetchone()
            if again is not None:
                raise _is_back(again[0], entry.task_id)
            holder = other_holder(connection, unique, entry.task_id, now)
            if holder is not None:
                raise WrongState(f"job {ref} cannot be retried: the task {holder} has its key")
            queue = topology.find_queue(connection, entry.queue)
            if queue is not None and room_in(connection, queue) <= 0:
                raise WrongState(f"job {ref} cannot be retried now: {full(queue.name)}")
            self._forget_here(tasks)
            is_full = self.options.durability == "full"
            announce = self.broker.store(connection, (envelope,), is_full)
            number = connection.execute(queues.NEWEST).fetchone()[0]
            if unique is not None:
                uniqueness.take_again(connection, unique, entry.task_id, now, number)
        announce()
        self._forget_elsewhere(tasks, now)
        return self.get(number)

    def _in_history(self, ref: int | str) -> "Entry":
        # It brings SQLAlchemy along, which takes a while to import.
        from sqlite_transport.history_store.store import Store

        identity = self.broker.database.read(IDENTITY)[0][0]
        is_number = isinstance(ref, int) or ref.isdigit()
        store = Store(self.options.history_url)
        try:
            entry = store.find(f"{identity}:{ref}") if is_number else store.find("", str(ref))
        finally:
            store.close()
        if entry is None:
            raise NoSuchJob(
                f"there is no job {ref} in {self.broker.database.path}, nor in its history"
            )
        return entry

    def _check_absent(self, task_id: str) -> None:
        try:
            number = self._here(task_id)
        except NoSuchJob:
            return
        raise _is_back(number, task_id)


def _is_back(number: int, task_id: str | None) -> WrongState:
    return WrongState(f"the task {task_id} is in the file again already, as job {number}")


def _envelope(entry: "Entry", now: float) -> Envelope:
    """Return the message, as one that is not unique: it may hold the key itself, for a time."""
    headers, properties = renewed(entry.headers, entry.properties, now)
    return Envelope(
        exchange="",
        routing_key=entry.queue,
        priority=entry.priority,
        created_at=now,
        due_at=None,
        expires_at=None,
        type=entry.type,
        task_id=entry.task_id,
        payload=entry.payload,
        headers=headers,
        properties=properties,
        content_type=entry.content_type,
        content_encoding=entry.content_encoding,
        retry_count=0,
        is_task='"task"' in headers,
        persistent=True,
        limit_key=str(headers_of(headers).get("limit_key") or ""),
    )


def room_in(connection: Any, queue: topology.Queue) -> float:
    """Return how many more jobs the queue takes: beyond them the one at its head is dropped."""
    if queue.max_length is None:
        return inf
    waiting: int = connection.execute(queues.COUNT_READY, (queue.name,)).fetchone()[0]
    return queue.max_length - waiting


def full(queue: str) -> str:
    """Return that a queue has no room, as a person reads it."""
    return f"the queue {queue!r} is full (x-max-length)"


def uniqueness_of(headers: str) -> Uniqueness | None:
    """Return what a message's headers ask for, if it is to be the only one of its kind."""
    return uniqueness_from(headers_of(headers).get("unique"))


def other_holder(
    connection: Any, unique: Uniqueness | None, task_id: str | None, now: float
) -> str | None:
    """Return the task that has the unique key, None if it is free or this task's own."""
    holder = None if unique is None else uniqueness.holder(connection, unique.key, now)
    return None if holder == task_id else holder
