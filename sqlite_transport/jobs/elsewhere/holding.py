"""What the workers hold: jobs that run, that were taken ahead, and that wait for their time."""

import time
from collections.abc import Iterator, Mapping
from typing import Any

from sqlite_transport.jobs.elsewhere.asking import Answers, Asking, Question
from sqlite_transport.jobs.job import Job
from sqlite_transport.message import timestamp
from sqlite_transport.status import PROCESSING, SCHEDULED

ACTIVE, RESERVED, WAITING = Question("active"), Question("reserved"), Question("scheduled")


class Holding(Asking):
    """The part that asks the workers for their jobs."""

    def _held(self, verb: str) -> list[Job]:
        """Return what the workers hold, in no order.

        Raises:
            NobodyAnswered: no worker has answered.
        """
        answers = self._ask(ACTIVE, RESERVED, WAITING)
        self._heard([each for each in answers if each], verb)
        return held_jobs(*answers)

    def _held_task(self, task_id: str, worker: str | None = None) -> tuple[Job | None, int]:
        """Return the job of a task if a worker holds it, and how many workers have answered."""
        answers, scheduled = self._ask(
            Question("query_task", {"ids": [task_id]}, worker),
            WAITING._replace(destination=worker),
        )
        for name, found in answers.items():
            if isinstance(found, dict) and task_id in found:
                state, info = found[task_id]
                status = PROCESSING if state in ("active", "reserved") else SCHEDULED
                return held_job(info, name, status), len(answers)
        # Before 5.7 Celery does not find by its id what waits for its time.
        waiting = [job for job in held_jobs({}, {}, scheduled) if job.id == task_id]
        return next(iter(waiting), None), len(answers)


def held_jobs(active: Answers, reserved: Answers, scheduled: Answers) -> list[Job]:
    """Make jobs of the answers, each once: between two of them one may have begun."""
    jobs = [
        held_job(each["request"], name, SCHEDULED, timestamp(each.get("eta")))
        for name, each in _each(scheduled)
    ]
    jobs += [held_job(info, name, PROCESSING) for name, info in _each(reserved)]
    jobs += [held_job(info, name, PROCESSING) for name, info in _each(active)]
    return list({job.id: job for job in jobs}.values())


def _each(answers: Answers) -> Iterator[tuple[str, Any]]:
    for name, said in answers.items():
        # A worker that cannot answer says {"error": …}.
        if isinstance(said, list):
            yield from ((name, each) for each in said)


def held_job(info: Mapping[str, Any], worker: str, status: str, due_at: float | None = None) -> Job:
    """Make a job of what a worker tells of a request that it holds.

    Workers with `sqlite_transport.worker` among their imports tell more.
    """
    more = info.get("job") or {}
    delivery = info.get("delivery_info") or {}
    started_at = info.get("time_start") if status == PROCESSING else None
    created_at = more.get("received_at") or started_at or time.time()
    args, kwargs = info.get("args"), info.get("kwargs")
    return Job(
        id=info["id"],
        task_id=info["id"],
        type=info.get("name") or info.get("type") or "",
        queue=delivery.get("routing_key") or "",
        priority=delivery.get("priority") or 0,
        status=status,
        args=list(args) if isinstance(args, (list, tuple)) else None,
        kwargs=dict(kwargs) if isinstance(kwargs, dict) else None,
        retry_count=more.get("retries") or 0,
        max_retries=more.get("max_retries"),
        deliveries=2 if delivery.get("redelivered") else 1,
        created_at=created_at,
        due_at=due_at or timestamp(more.get("eta")),
        expires_at=timestamp(more.get("expires")),
        started_at=started_at,
        updated_at=started_at or created_at,
        completed_at=None,
        worker=worker,
        error=None,
        traceback=None,
        limit_key=None,
        blocked_by=None,
        cancel_requested_at=None,
        progress=None,
        root_id=more.get("root_id"),
        parent_id=more.get("parent_id"),
    )
