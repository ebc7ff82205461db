"""Sessions: dead ones that nobody has found, and jobs that belong to none."""

from collections.abc import Iterator

from sqlite_transport import symptoms
from sqlite_transport.jobs.doctor.case import Case
from sqlite_transport.jobs.doctor.finding import Finding, error, ok, warning


def check_sessions(case: Case) -> Iterator[Finding]:
    """Look whether all sessions in the file live."""
    sessions = case.rows(symptoms.SESSIONS)
    held = dict(case.rows(symptoms.HELD))
    dead = [each for each in sessions if case.is_dead(each[0])]
    jobs = sum(held.get(session, 0) for session, *_ in dead)
    if dead:
        _, program, pid = dead[0]
        yield warning(
            "sessions",
            f"{len(dead)} sessions have died, such as {program} (process {pid}), and nobody has "
            f"found them yet: {jobs} jobs wait in their hands",
            "start a worker: it puts their jobs back to their queues",
        )
    else:
        yield ok("sessions", f"{len(sessions)} sessions, all alive")


def check_owners(case: Case) -> Iterator[Finding]:
    """Look whether every job that is being processed belongs to a session."""
    count = case.one(symptoms.UNOWNED)
    if count:
        yield error(
            "owners",
            f"{count} jobs are being processed by a session that is not in the file: nobody will "
            "put them back",
            "put them back with reset_stalled",
        )
    else:
        yield ok("owners", "every job in work has its worker")
