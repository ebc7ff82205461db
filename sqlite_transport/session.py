"""A session: a connection that consumes, known to all processes, and what remains of it.

A connection that closes says goodbye itself; for one whose process died
somebody else says it, with the same words. Either way its jobs go back to
their places, its consumers go, and with them the queues that were only its.
"""

import os
import socket
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from sqlite_transport import events, queue, topology
from sqlite_transport.history import storable
from sqlite_transport.liveness import Liveness


def begin(connection: Any, liveness: Liveness, now: float) -> int:
    """Make a session and return its id, alive before anybody else can see it."""
    program = " ".join(Path(argument).name for argument in sys.argv[:3])
    session: int = connection.execute(
        "INSERT INTO session (pid, hostname, program, started_at) VALUES (?, ?, ?, ?)",
        (os.getpid(), storable(socket.gethostname()), storable(program), now),
    ).lastrowid
    liveness.hold(session)
    return session


def end(connection: Any, session: int, max_deliveries: int, now: float) -> set[str]:
    """Undo all that a session was; return the queues that have work again."""
    restored = queue.restore(connection, session, max_deliveries, now)
    topology.remove_session(connection, session, now)
    events.unsubscribe(connection, session)
    return restored


def find_dead(sessions: Iterable[int], liveness: Liveness) -> list[int]:
    """Return those of the sessions whose processes are gone."""
    return [session for session in sessions if liveness.is_dead(session)]
