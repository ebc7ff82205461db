"""CPU and memory of a process and all below it."""

from pathlib import Path

import psutil

NANOSECONDS = 1e-9


def tree(pid: int) -> list[psutil.Process]:
    """List the process and all its descendants."""
    root = psutil.Process(pid)
    return [root, *root.children(recursive=True)]


def cpu_seconds(pid: int) -> float:
    """CPU time of the whole tree so far.

    The scheduler's own nanosecond account where the kernel has one: the usual
    one counts in ticks of 10 ms, too coarse for an idle process.
    """
    return sum(_cpu_seconds(process) for process in tree(pid))


def resident_bytes(pid: int) -> int:
    """Resident memory of the whole tree."""
    return sum(process.memory_info().rss for process in tree(pid))


def _cpu_seconds(process: psutil.Process) -> float:
    try:
        accounts = list(Path(f"/proc/{process.pid}/task").glob("*/schedstat"))
        used = sum(int(account.read_text().split()[0]) for account in accounts)
    except (OSError, ValueError, IndexError):
        used = 0
    if used:
        return used * NANOSECONDS
    times = process.cpu_times()
    return float(times.user + times.system)
