"""The clock: times that cannot be true."""

import time
from collections.abc import Iterator

from sqlite_transport import symptoms
from sqlite_transport.jobs.doctor.case import Case, ago
from sqlite_transport.jobs.doctor.finding import Finding, ok, warning

#: Seconds that processes may differ, or a batch may wait until it is published.
TOLERANCE = 60.0

#: Seconds from which a job counts as scheduled far away.
FAR = 366 * 86400.0

SYNC = "have the machine's clock set by NTP"


def check_clock(case: Case) -> Iterator[Finding]:
    """Look whether the clock has jumped, or goes wrong now."""
    ahead, latest = case.rows(symptoms.FUTURE, (case.now + TOLERANCE,))[0]
    steps, most = case.rows(symptoms.BACKWARDS, (TOLERANCE,))[0]
    if ahead:
        yield warning(
            "clock",
            f"{ahead} of the newest jobs are from the future, by {ago(latest - case.now)}: the "
            "clock was set back since, or goes wrong now",
            f"{SYNC}; jobs scheduled meanwhile come late: promote those that are needed now",
        )
    elif steps:
        yield warning(
            "clock",
            f"the clock has gone back {steps} times among the newest jobs, by up to {ago(most)}",
            f"{SYNC}; waiting times in the history are wrong there, and nothing else",
        )
    else:
        yield ok("clock", f"no jump among the newest {symptoms.NEWEST} jobs")


def check_schedule(case: Case) -> Iterator[Finding]:
    """Look whether anything is scheduled for a time that cannot be meant."""
    count, latest = case.rows(symptoms.FAR_AWAY, (case.now + FAR,))[0]
    if count:
        shown = time.strftime("in the year %Y", time.gmtime(min(latest, 1e15)))
        yield warning(
            "schedule",
            f"{count} jobs are due in more than a year, the last {shown}: was it milliseconds "
            "that were taken for seconds?",
            "update their due_at, promote or cancel them, if it was not meant so",
        )
    else:
        yield ok("schedule", "nothing is due in more than a year")
