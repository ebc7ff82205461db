"""A process that forks one child for each scenario, so that none has to import anything.

It reads requests as lines of JSON ([name, database, step, torn]; step 0 is
never reached) and answers each with one: {"signal", "steps", "result"}.
"""

import ctypes
import json
import os
import signal
import sys

from sqlalchemy.dialects import sqlite  # noqa: F401

from crashes import returning, scenarios
from sqlite_transport import schema, transport  # noqa: F401 - else each child imports them

SCENARIOS = {**vars(scenarios), **vars(returning)}
CRASH = ctypes.CDLL(None)
LIMIT = 60


def run(name: str, database: str, step: int, torn: bool, answer: int) -> None:
    signal.alarm(LIMIT)
    CRASH.crash_at(ctypes.c_long(step), torn)
    result = SCENARIOS[name](database)
    steps = CRASH.crash_count()
    CRASH.crash_at(ctypes.c_long(0), 0)
    os.write(answer, json.dumps({"steps": steps, "result": result}).encode())


def answer_of(request: tuple[str, str, int, bool]) -> dict[str, object]:
    receiver, sender = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(receiver)
        try:
            run(*request, sender)
        except BaseException:
            sys.excepthook(*sys.exc_info())
            os._exit(1)
        os._exit(0)
    os.close(sender)
    with os.fdopen(receiver, "rb") as file:
        told = file.read()
    status = os.waitpid(child, 0)[1]
    return {"status": os.waitstatus_to_exitcode(status), **json.loads(told or b"{}")}


def main() -> None:
    for line in sys.stdin:
        sys.stdout.write(json.dumps(answer_of(json.loads(line))) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
