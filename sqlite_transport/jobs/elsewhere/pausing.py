"""Pausing a queue: the workers that run consume no more from it."""

import time

from sqlite_transport.controls import QUEUE
from sqlite_transport.jobs.elsewhere.asking import Answers, Question
from sqlite_transport.jobs.elsewhere.holding import ACTIVE, RESERVED, Holding, held_jobs
from sqlite_transport.jobs.elsewhere.queues import QUEUES, Queues, consumed
from sqlite_transport.jobs.errors import JobError
from sqlite_transport.jobs.gating import Control
from sqlite_transport.worker.answers import NOT_CONSUMED

PAUSED = Question("paused_queues")


class Pausing(Holding, Queues):
    """The verbs `pause`, `resume` and `controls`; they are about queues alone."""

    def pause(self, *, queue: str | None = None, type: str | None = None) -> Control:  # noqa: A002
        """Have the workers that run take no further job from the queue.

        What a worker has taken already runs. A worker remembers it until it
        ends: one that starts, or starts again, consumes from the queue, so say it
        again then. Pausing again is harmless.

        Raises:
            NotOnThisBroker: a type is named.
            NobodyAnswered: no worker has said that it was told.
            JobError: no worker consumes from the queue, or one cannot be told.
        """
        return self._tell("pause", queue, type)

    def resume(self, *, queue: str | None = None, type: str | None = None) -> Control:  # noqa: A002
        """Have the workers take jobs again from the queue that have paused it; errors as there."""
        return self._tell("resume", queue, type)

    def controls(self) -> list[Control]:
        """Return the queues that running workers have paused; there is nothing else here.

        Raises:
            NobodyAnswered: no worker has.
        """
        paused, active, reserved = self._ask(PAUSED, ACTIVE, RESERVED)
        self._heard(paused, "controls")
        since: dict[str, float] = {}
        for said in paused.values():
            for name, moment in said.items():
                if name != "error":  # a worker that does not know the command
                    since[name] = min(moment, since.get(name, moment))
        return [self._control(name, since[name], active, reserved) for name in sorted(since)]

    def _tell(self, verb: str, queue: str | None, type_: str | None) -> Control:
        if (queue is None) == (type_ is None):
            raise JobError("name either a queue or a type")
        if queue is None:
            self._refuse(
                f"{verb}(type={type_!r})",
                "a worker takes what comes from its queues: give the type a queue of its own "
                f"(task_routes) and {verb} that",
            )
        said, queues, active, reserved = self._ask(
            Question(f"{verb}_queue", {"queue": queue}), QUEUES, ACTIVE, RESERVED
        )
        self._heard(said, verb)
        self._check(verb, queue, said, queues)
        return self._control(queue, time.time() if verb == "pause" else None, active, reserved)

    def _check(self, verb: str, queue: str, said: Answers, queues: Answers) -> None:
        deaf = sorted(name for name, each in said.items() if "ok" not in each)
        if deaf:
            raise JobError(
                f"{verb}(queue={queue!r}) was not understood by {', '.join(deaf)}; the others "
                'have done it. Let all workers have imports = ["sqlite_transport.worker"]'
            )
        if all(each["ok"] == NOT_CONSUMED for each in said.values()):
            names = ", ".join(sorted(consumed(queues)))
            raise JobError(
                f"no worker that has answered consumes from the queue {queue!r}, but from "
                f"{names or 'none'}"
            )

    def _control(
        self, name: str, paused_at: float | None, active: Answers, reserved: Answers
    ) -> Control:
        running = sum(job.queue == name for job in held_jobs(active, reserved, {}))
        return Control(
            QUEUE,
            name,
            paused_at,
            concurrency=None,
            key_concurrency=None,
            rate=None,
            breaker_failures=None,
            breaker_seconds=None,
            failures=0,
            opens_at=None,
            blocked=self._waiting([name])[name] or 0 if paused_at is not None else 0,
            running=running,
        )
