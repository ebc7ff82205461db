"""A process that forks one child for each scenario, so that none has to import anything.

It reads requests as lines of JSON ([name, database, step, torn]; step 0 is
never reached) and answers each with one: {"signal", "steps", "result"}.
"""

import ctypes
import json
import os
import signal
from collections.abc import Callable
from types import ModuleType

from forked import answer_all
from sqlalchemy.dialects import sqlite  # noqa: F401

from crashes import (
    changing,
    controlling,
    joining,
    keeping,
    listening,
    returning,
    scenarios,
    scheduling,
    searching,
)
from sqlite_transport import schema, transport  # noqa: F401 - else each child imports them

MODULES = (
    scenarios,
    returning,
    keeping,
    searching,
    controlling,
    listening,
    joining,
    changing,
    scheduling,
)


def scenarios_of(modules: tuple[ModuleType, ...]) -> dict[str, Callable[[str], object]]:
    """Return the functions that the modules define; no two may have one name."""
    found: dict[str, Callable[[str], object]] = {}
    for module in modules:
        for name, value in vars(module).items():
            if getattr(value, "__module__", "") == module.__name__ and not name.startswith("_"):
                assert name not in found or name == "application", name
                found[name] = value
    return found


SCENARIOS = scenarios_of(MODULES)
CRASH = ctypes.CDLL(None)
LIMIT = 240


def run(name: str, database: str, step: int, torn: bool, answer: int) -> None:
    signal.alarm(LIMIT)
    CRASH.crash_at(ctypes.c_long(step), torn)
    result = SCENARIOS[name](database)
    steps = CRASH.crash_count()
    CRASH.crash_at(ctypes.c_long(0), 0)
    os.write(answer, json.dumps({"steps": steps, "result": result}).encode())


if __name__ == "__main__":
    answer_all(run)
