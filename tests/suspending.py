"""Stop a process as a debugger does, or a system that is short of memory."""

import os
import signal
from pathlib import Path

import psutil

from sqlite_transport.turn import WriteTurn


def suspend(pid: int, database: Path) -> None:
    """Send SIGSTOP while the process does not have the database's write turn.

    Stopped within its turn, it would keep everybody from writing until it goes on.
    """
    turn = WriteTurn(database)
    turn.take()
    try:
        os.kill(pid, signal.SIGSTOP)
        while psutil.Process(pid).status() != psutil.STATUS_STOPPED:
            pass
    finally:
        turn.give()
        turn.close()
