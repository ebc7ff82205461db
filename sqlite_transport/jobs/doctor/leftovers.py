"""What dead processes left beside the file."""

from collections.abc import Iterator
from pathlib import Path

from sqlite_transport import beside, doorbell, symptoms, waiters
from sqlite_transport.jobs.doctor.case import Case, size
from sqlite_transport.jobs.doctor.finding import Finding, error, ok, warning


def check_log_alone(path: Path) -> Iterator[Finding]:
    """Look whether there is a log whose database is missing."""
    logs = [path.with_name(path.name + ending) for ending in ("-wal", "-journal")]
    lost = [each for each in logs if each.exists()]
    if lost:
        yield error(
            "leftovers",
            f"{lost[0].name} ({size(lost[0].stat().st_size)}) is there without its database: it "
            "may hold jobs",
            "put the database back beside it; or move the log away before a new file is made",
        )


def check_partial(path: Path) -> Iterator[Finding]:
    """Look whether a backup or a restore died half-way."""
    left = sorted(each for each in path.parent.glob(".*.partial") if beside.is_abandoned(each))
    if left:
        names = " ".join(map(str, left))
        yield warning(
            "leftovers",
            f"a backup or restore died and left {', '.join(each.name for each in left)}",
            f"rm -r {names}",
        )
    else:
        yield ok("leftovers", "no half-made copies")


def check_pipes(case: Case) -> Iterator[Finding]:
    """Look whether there are pipes that nobody will ever read."""
    sessions = {str(row[0]) for row in case.rows(symptoms.SESSIONS)}
    bells = _names(doorbell.directory_of(case.path))
    left = [each for each in bells if each.name not in sessions]
    waiting = _names(waiters.directory_of(case.path))
    left += [
        each for each in waiting if not each.name.startswith(".") and not waiters.has_reader(each)
    ]
    if left:
        yield warning(
            "pipes",
            f"{len(left)} pipes were left by processes that died, {left[0].name} for one",
            f"rm {' '.join(map(str, left))}",
        )
    else:
        yield ok("pipes", f"{len(bells)} sessions, {len(waiting)} threads that wait for results")


def _names(directory: Path) -> list[Path]:
    return sorted(directory.iterdir()) if directory.is_dir() else []
