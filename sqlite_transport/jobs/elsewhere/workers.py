"""Who works, as far as they answer."""

import time
from typing import Any

from sqlite_transport.jobs.elsewhere.asking import Question
from sqlite_transport.jobs.elsewhere.holding import (
    ACTIVE,
    RESERVED,
    WAITING,
    Holding,
    held_jobs,
)
from sqlite_transport.jobs.elsewhere.queues import QUEUES, consumed
from sqlite_transport.jobs.job import Job
from sqlite_transport.jobs.workers import Held, Worker

STATS = Question("stats")


class Workers(Holding):
    """The verb `workers`."""

    def workers(self) -> list[Worker]:
        """Return the workers that have answered, in the order in which they began.

        One that does not answer within a second, since it is busy, stopped or
        cut off, is missing: from here it looks like one that does not exist.

        Raises:
            NobodyAnswered: none has.
        """
        stats, queues, active, reserved, scheduled = self._ask(
            STATS, QUEUES, ACTIVE, RESERVED, WAITING
        )
        known = {name: told for name, told in stats.items() if "pid" in told}
        self._heard(known, "workers")
        jobs = held_jobs(active, reserved, scheduled)
        places = consumed(queues)
        workers = [
            _worker(
                name,
                told,
                tuple(sorted(queue for queue, names in places.items() if name in names)),
                [job for job in jobs if job.worker == name],
            )
            for name, told in known.items()
        ]
        return sorted(workers, key=lambda worker: (worker.started_at, worker.name or ""))


def _worker(name: str, told: dict[str, Any], queues: tuple[str, ...], jobs: list[Job]) -> Worker:
    return Worker(
        name=name,
        hostname=name.partition("@")[2],
        pid=told["pid"],
        program="celery worker",
        started_at=time.time() - float(told.get("uptime") or 0),
        alive=True,
        queues=queues,
        jobs=tuple(
            Held(
                job.id,
                job.task_id,
                job.type,
                job.started_at or job.created_at,
                job.started_at is not None,
            )
            for job in sorted(jobs, key=lambda job: job.created_at)
        ),
    )
