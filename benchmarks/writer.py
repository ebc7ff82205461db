"""One of several writers: `python -m benchmarks.writer URL OPTIONS SECONDS`.

Connects, says `ready`, waits for a line, publishes for so long without pause
or retry, and tells as JSON what it saw.
"""

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep
from typing import Any

from kombu import Connection, Producer

from benchmarks.contestants import Broker
from benchmarks.messages import task_messages
from benchmarks.traffic import WARM_UP, ready_producer, send

AFTER_ERROR_SECONDS = 0.01
CONNECT_ATTEMPTS = 100


@dataclass
class Log:
    """What one writer saw."""

    published: int = 0
    errors: int = 0
    longest: float = 0.0
    error: str = ""

    def attempt(self, action: Callable[[], Any]) -> bool:
        """Do it once; any exception counts as an error."""
        try:
            action()
        except Exception as problem:
            self.errors += 1
            self.error = f"{type(problem).__name__}: {problem}"[:200]
            sleep(AFTER_ERROR_SECONDS)
            return False
        return True


def write(broker: Broker, seconds: float) -> Log:
    """Publish one at a time."""
    source, log = task_messages(), Log()
    with broker.connection() as connection:
        producer = _connect(connection, log)
        for _ in range(WARM_UP):
            log.attempt(lambda: send(producer, next(source)))
        _wait_for_start()
        deadline = monotonic() + seconds
        while (start := monotonic()) < deadline:
            log.published += log.attempt(lambda: send(producer, next(source)))
            log.longest = max(log.longest, monotonic() - start)
    return log


def _connect(connection: Connection, log: Log) -> Producer:
    """All writers connect at once to an empty broker: that may fail too."""
    for _ in range(CONNECT_ATTEMPTS):
        if log.attempt(lambda: ready_producer(connection)):
            break
    return ready_producer(connection)


def _wait_for_start() -> None:
    print("ready", flush=True)
    sys.stdin.readline()


if __name__ == "__main__":
    url, options, seconds = sys.argv[1:]
    seen = write(Broker("writer", url, Path(), json.loads(options)), float(seconds))
    print(json.dumps(vars(seen)), flush=True)
