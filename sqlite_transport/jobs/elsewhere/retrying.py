"""Having a job run again that has ended: its message, as the history has it, is sent anew."""

import json
import logging
import time
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sqlite_transport.arguments import arguments_of
from sqlite_transport.jobs import asked
from sqlite_transport.jobs.elsewhere.looking import Looking, browsed, named
from sqlite_transport.jobs.elsewhere.unseen import unseen
from sqlite_transport.jobs.errors import NoSuchJob, WrongState, wrong_state
from sqlite_transport.jobs.job import Job
from sqlite_transport.jobs.result_backend import result_backend
from sqlite_transport.jobs.selecting import Progressing
from sqlite_transport.retrying import renewed
from sqlite_transport.status import FAILED, OVER

if TYPE_CHECKING:
    from sqlite_transport.history_store.entry import Entry
    from sqlite_transport.jobs.elsewhere.archive import Archive

logger = logging.getLogger("sqlite_transport")

#: Properties of a message that its sender gave.
GIVEN = ("correlation_id", "reply_to", "message_id", "type", "app_id")

#: Entries that are read at once.
SLICE = 200


class Retrying(Looking):
    """The verbs `retry` and `retry_all`."""

    def retry(self, ref: int | str) -> Job:
        """Send a job again that has ended, and return it as it was sent.

        It keeps its task's id, arguments, queue, priority and headers, and
        begins from the start: no attempt counts, and it neither waits nor
        expires. How it had ended is kept among its attempts, which are seen
        when it has ended again. Its result is forgotten. A crash in between
        leaves it sent and in the history, never lost.

        Raises:
            NotOnThisBroker: there is no `history_url`.
            NoSuchJob: it is not in the history.
            WrongState: a worker holds it.
        """
        task_id = named(ref)
        archive = self._history_for("retry")
        entry = archive.find(task_id)
        held, _ = self._held_task(task_id if entry is None else entry.task_id or task_id)
        if held is not None:
            instead = f"the worker {held.worker} has it; it can be cancelled"
            raise wrong_state(held, "retried", instead)
        if entry is None:
            raise NoSuchJob(
                f"there is no job {task_id!r} in the history: it has not ended, or is not kept "
                "any longer (history_completed, history_failed, history_cancelled)"
            )
        if not self._send_again(archive, entry):
            raise WrongState(f"job {entry.job_id} has been retried by somebody else just now")
        return self._sent(entry)

    def retry_all(
        self,
        *,
        type: str | None = None,  # noqa: A002
        status: str = FAILED,
        queue: str | None = None,
        text: str | None = None,
        since: object = None,
        until: object = None,
        progress: Progressing | None = None,
    ) -> int:
        """Send all jobs again that have ended so by now and meet what is given; return how many.

        The newest first, each as `retry` does. text: see `list`; the others
        are those of a file.

        Raises:
            NotOnThisBroker: there is no `history_url`.
            JobError: there is no such status, or a time is none.
        """
        from sqlite_transport.history_store.browsing import place_of
        from sqlite_transport.jobs.elsewhere.archive import is_found

        archive = self._history_for("retry_all")
        statuses = asked.statuses(status or FAILED, OVER, "what has not ended is in the list")
        wanted = asked.wanted(type, queue, text)
        # What ends from now on may be what this call has sent.
        last = time.time()
        meant = browsed(statuses, wanted, since, until)
        meant = replace(meant, until=last if meant.until is None else min(last, meant.until))
        total = None if progress is None or wanted.words else archive.count(meant)
        done, after = 0, None
        while entries := archive.entries(meant, after, SLICE):
            after = place_of(entries[-1])
            for entry in entries:
                if is_found(entry, wanted.words) and self._send_again(archive, entry):
                    done += 1
            if progress is not None:
                progress(done, total)
        return done

    def _send_again(self, archive: "Archive", entry: "Entry") -> bool:
        """Send a job's message and take its end out of the history; tell whether it was there."""
        with archive.reopening(entry) as was_there:
            if was_there:
                self._forget_result(entry)
                self._publish(entry)
        return was_there

    def _publish(self, entry: "Entry") -> None:
        headers, properties = renewed(entry.headers, entry.properties, time.time())
        told, given = json.loads(headers), json.loads(properties)
        exchange, key, queues = self._route(entry.queue, given.get("delivery_info") or {})
        with self.app.producer_pool.acquire(block=True) as producer:
            producer.publish(
                b"" if entry.payload is None else entry.payload,
                exchange=exchange,
                routing_key=key,
                declare=queues,
                headers=told,
                # A message that has arrived is unpacked, and says still how it was packed.
                compression=told.pop("compression", None),
                content_type=entry.content_type,
                content_encoding=entry.content_encoding,
                priority=entry.priority,
                retry=True,
                retry_policy=self.app.conf.task_publish_retry_policy,
                **{name: given[name] for name in GIVEN if given.get(name) is not None},
            )

    def _route(self, key: str, delivery: Mapping[str, Any]) -> tuple[str, str, list[Any]]:
        """Return exchange, routing key and what is to be declared, so that it gets where it was."""
        exchange = delivery.get("exchange")
        queues = self.app.amqp.queues
        for queue in list(queues.values()):
            if queue.routing_key == key and exchange in (None, queue.exchange.name):
                return queue.exchange.name, key, [queue]
        if exchange:
            return exchange, key, []
        # The default exchange takes a queue's name for the key.
        return "", key, [queues[key]] if queues.create_missing else []

    def _forget_result(self, entry: "Entry") -> None:
        backend = result_backend(self.app, entry.type)
        if entry.task_id is None or backend is None:
            return
        try:
            backend.forget(entry.task_id)
        except Exception:
            # It may be a server that is away; the task runs nevertheless.
            logger.exception("The old result of task %s cannot be forgotten", entry.task_id)

    def _sent(self, entry: "Entry") -> Job:
        args, kwargs = arguments_of(entry.payload, entry.content_type)
        return unseen(
            entry.task_id or entry.job_id,
            type=entry.type,
            queue=entry.queue,
            priority=entry.priority,
            args=args,
            kwargs=kwargs,
            created_at=entry.created_at,
            max_retries=entry.max_retries,
            root_id=entry.root_id,
            parent_id=entry.parent_id,
        )
