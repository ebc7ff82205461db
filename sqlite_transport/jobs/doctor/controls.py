"""What an operator has set, and whether it is in order."""

from collections.abc import Iterator

from sqlite_transport import symptoms
from sqlite_transport.jobs.doctor.case import Case, ago
from sqlite_transport.jobs.doctor.finding import Finding, error, ok, warning

#: Seconds after which a pause may have been forgotten.
LONG = 86400.0

FROM_BACKUP = "stop the workers and restore a backup"


def check_controls(case: Case) -> Iterator[Finding]:
    """Look whether the rows that hold for the whole file are as they must be."""
    states, controlled = case.rows(symptoms.STATES)[0]
    controls, held_back = case.rows(symptoms.CONTROLS)[0]
    paused = case.rows(symptoms.PAUSED, (case.now - LONG,))
    if states != 1:
        yield error("controls", f"the table state has {states} rows instead of one", FROM_BACKUP)
    elif (controls or held_back) and not controlled:
        yield error(
            "controls",
            f"{controls} controls are set, but workers are told of none: somebody has written to "
            "the file by hand",
            "pause any queue and resume it: that sets it right",
        )
    elif paused:
        shown = ", ".join(f"{kind} {name} ({ago(case.now - at)})" for kind, name, at in paused)
        yield warning("controls", f"paused for more than a day: {shown}", "resume what may run")
    else:
        yield ok("controls", f"{controls} set")


def check_unique(case: Case) -> Iterator[Finding]:
    """Look whether every unique key belongs to a job that there is, or was."""
    odd = case.one(symptoms.ODD_KEYS)
    if odd:
        yield error(
            "unique",
            f"{odd} unique keys belong to jobs that were never published: somebody has written "
            "to the file by hand",
            FROM_BACKUP,
        )
    else:
        yield ok("unique", "every key belongs to a job")
