"""Who works: the processes that consume from the file, and what each has in hand.

It is read from the file and from the locks that the living hold, so no worker
has to answer: one that is busy, stopped or dead is told of too.
"""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from sqlite_transport.jobs.part import Part
from sqlite_transport.presence import Present, present

#: The queue from which a Celery node takes remote control, and those of everybody for
#: the answers to it and for events: `NODE.celery.pidbox`, `ID.reply.celery.pidbox`, `celeryev.ID`.
NODE = re.compile(r"(?P<node>.+)\.[^.]+\.pidbox")
OTHERS = re.compile(r".+\.reply\.[^.]+\.pidbox|celeryev\..+")


@dataclass(frozen=True, slots=True)
class Held:
    """A job in a worker's hands.

    started: it runs; else it is only reserved, to run next. since: when it
    began or, if it has not, when it was handed over, in seconds since 1970 UTC.
    """

    id: int | str
    task_id: str | None
    type: str
    since: float
    started: bool


@dataclass(frozen=True, slots=True)
class Worker:
    """A process that consumes.

    name: the Celery node's, None if it is no Celery worker. started_at: since
    when it consumes, in seconds since 1970 UTC. alive: whether it lives; what
    a dead one held goes back to its queues as soon as anybody living looks.
    """

    name: str | None
    hostname: str
    pid: int
    program: str
    started_at: float
    alive: bool
    queues: tuple[str, ...]
    jobs: tuple[Held, ...]

    def as_json(self) -> dict[str, Any]:
        """Return it as `json.dumps` takes it."""
        return asdict(self)


class Workers(Part):
    """Who runs what, since when."""

    def workers(self) -> list[Worker]:
        """Return the processes that consume jobs, in the order in which they began.

        A connection that waits only for answers to remote control, or for
        events, is none. A job counts as started up to half a second after it
        has, when its worker has written that down.
        """
        liveness = self.broker.liveness
        return [
            _worker(sessions, any(not liveness.is_dead(each.session) for each in sessions))
            for sessions in _processes(present(self.broker.database))
            if any(map(_works, sessions))
        ]


def _works(session: Present) -> bool:
    return bool(session.jobs) or not all(map(OTHERS.fullmatch, session.queues))


def _node(session: Present) -> str | None:
    for queue in session.queues:
        found = NODE.fullmatch(queue)
        if found and not OTHERS.fullmatch(queue):
            return found["node"]
    return None


def _processes(sessions: Iterable[Present]) -> list[list[Present]]:
    """Put the sessions of a process together, but those of two nodes in one process."""
    by_process: dict[tuple[str, int], list[Present]] = defaultdict(list)
    for session in sessions:
        by_process[session.hostname, session.pid].append(session)
    groups: list[list[Present]] = []
    for group in by_process.values():
        nodes = [each for each in map(_node, group) if each]
        groups += [group] if len(nodes) <= 1 else [[each] for each in group]
    return sorted(groups, key=lambda group: group[0].session)


def _worker(sessions: list[Present], alive: bool) -> Worker:
    first = sessions[0]
    queues = {queue for each in sessions for queue in each.queues}
    return Worker(
        name=next((node for node in map(_node, sessions) if node), None),
        hostname=first.hostname,
        pid=first.pid,
        program=first.program,
        started_at=min(each.started_at for each in sessions),
        alive=alive,
        queues=tuple(sorted(name for name in queues if not _is_remote_control(name))),
        jobs=tuple(
            Held(job, task_id, kind, since, bool(begun))
            for each in sessions
            for job, task_id, kind, since, begun in each.jobs
        ),
    )


def _is_remote_control(queue: str) -> bool:
    return bool(NODE.fullmatch(queue) or OTHERS.fullmatch(queue))
