"""The log (-wal): how long it is, and who keeps it from starting over."""

import time
from collections.abc import Iterator

from sqlite_transport.jobs.doctor.case import Case, size
from sqlite_transport.jobs.doctor.finding import Finding, ok, warning
from sqlite_transport.lock_table import described, readers

#: Bytes from which it counts as long. Beside a backup it may be so for a while.
LONG = 64 * 1024 * 1024

#: Seconds between two looks: who reads at both is in a transaction that stays.
APART = 0.3
LOOKS = 3


def check_log(case: Case, long: int = LONG) -> Iterator[Finding]:
    """Look whether the log is much longer than its checkpoints allow."""
    path = case.beside("-wal")
    length = path.stat().st_size if path.exists() else 0
    if length <= long:
        yield ok("log", size(length))
        return
    holding = _staying(case)
    if holding:
        yield warning(
            "log",
            f"the log has {size(length)}: {', '.join(map(described, holding))} stays in a read "
            "transaction, so it cannot start over",
            "end that transaction, or the process; a backup ends by itself",
        )
    else:
        yield warning(
            "log",
            f"the log has {size(length)}, and nobody is seen to hold it",
            "vacuum cuts it; if it grows again, look for a program that reads for a long time",
        )


def _staying(case: Case) -> list[int]:
    """Return the processes that are within a read transaction at every look."""
    index = case.beside("-shm")
    staying = set(readers(index))
    for _ in range(LOOKS - 1):
        time.sleep(APART)
        staying &= set(readers(index))
    return sorted(staying)
