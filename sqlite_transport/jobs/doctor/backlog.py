"""The work, and whether anybody does it."""

from collections.abc import Iterator
from typing import Any

from sqlite_transport import symptoms
from sqlite_transport.jobs.doctor.case import Case, ago
from sqlite_transport.jobs.doctor.finding import Finding, ok, warning

#: Seconds after which a job that is ready should have begun.
LATE = 3600.0

#: Seconds for which a poison job counts as recent.
RECENT = 86400.0


def check_queues(case: Case) -> Iterator[Finding]:
    """Look whether every queue with work is consumed from, and quickly enough."""
    waiting = case.rows(symptoms.WAITING)
    deserted = [row for row in waiting if not row[3]]
    late = [row for row in waiting if row[3] and case.now - row[2] > LATE]
    if deserted:
        yield warning(
            "queues",
            f"nobody consumes from {_shown(case, deserted)}",
            "start a worker for it (celery worker -Q NAME), or purge it if it is not used any more",
        )
    if late:
        yield warning(
            "queues",
            f"the work piles up in {_shown(case, late)}",
            "start more workers, and see with workers and controls what holds up those there are",
        )
    if not deserted and not late:
        yield ok("queues", f"{sum(row[1] for row in waiting)} jobs are ready")


def _shown(case: Case, rows: list[tuple[Any, ...]]) -> str:
    return "; ".join(
        f"{queue} ({count} jobs, the oldest for {ago(case.now - oldest)})"
        for queue, count, oldest, _ in rows
    )


def check_poison(case: Case) -> Iterator[Finding]:
    """Look whether jobs killed their workers lately."""
    given_up = case.rows(symptoms.POISON, (case.now - RECENT,))
    if given_up:
        latest = max(ended_at for _, ended_at in given_up)
        types = ", ".join(sorted({kind for kind, _ in given_up}))
        yield warning(
            "poison",
            f"{len(given_up)} jobs were given up in the last day, the last "
            f"{ago(case.now - latest)} ago, since they never came to an end: {types}",
            "find out why their workers died (memory is the usual reason), then retry them",
        )
    else:
        yield ok("poison", "none in the last day")
