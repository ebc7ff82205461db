"""The write turn, and whether a writer gets it in time."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from sqlite_transport.jobs.doctor.finding import Finding, error, ok
from sqlite_transport.lock_table import described, holders

#: Seconds to wait for it. Nobody of this package holds it so long, but a restore.
PATIENCE = 3.0

#: A process of its own, because a wait for a lock can be ended only with its process.
WAIT = """
import fcntl, os, sys
turn = os.open(sys.argv[1], os.O_RDWR)
print("waiting", flush=True)
fcntl.flock(turn, fcntl.LOCK_EX)
"""


def check_turn(path: Path) -> Iterator[Finding]:
    """Look whether the queue of writers moves."""
    lock = path.with_name(path.name + "-turn")
    if not lock.exists():
        yield ok("turn", "nobody has written yet")
        return
    with subprocess.Popen(  # noqa: S603 - a program of our own, on our own file
        [sys.executable, "-I", "-S", "-c", WAIT, str(lock)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as waiting:
        assert waiting.stdout is not None  # noqa: S101 - it was asked for
        waiting.stdout.readline()
        try:
            waiting.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            who = [pid for pid in holders(lock) if pid != waiting.pid]
            waiting.kill()
            yield _stuck(who)
        else:
            got = waiting.returncode == 0
            yield ok("turn", "writers get their turn" if got else "this user may not take it")


def _stuck(who: list[int]) -> Finding:
    shown = ", ".join(map(described, who)) or "a process"
    return error(
        "turn",
        f"{shown} has held the write turn for more than {PATIENCE:.0f} seconds: everybody who "
        "wants to write waits for it",
        "let it go on if it is stopped (kill -CONT), wait if it restores a backup, else kill it; "
        "nothing is lost by that",
    )
