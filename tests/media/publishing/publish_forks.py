"""A program that forks one child for each publishing, so that none has to import anything.

It reads lines of JSON ([root, phase, step, torn]; step 0 is never reached) and
answers each with {"status", "steps"}. Run it with crash.c's shim (see there).
"""

import ctypes
import json
import os
import signal
from pathlib import Path
from typing import Any

from forked import answer_all
from sqlalchemy.dialects import sqlite  # noqa: F401 - else each child imports it

from media.phases import PublishPhase
from media.publishing import publish
from media.settings import Settings

CRASH = ctypes.CDLL(None)
LIMIT = 300


def settings_of(root: Path) -> Settings:
    return Settings(
        libraries={"movies": root / "movies"},
        library_database=root / "library.db",
        cache_directory=root / "cache",
    )


def run(root: str, phase: dict[str, Any], step: int, torn: bool, answer: int) -> None:
    signal.alarm(LIMIT)
    settings = settings_of(Path(root))
    CRASH.crash_at(ctypes.c_long(step), torn)
    publish(1, settings, PublishPhase.model_validate(phase), None)
    steps = CRASH.crash_count()
    CRASH.crash_at(ctypes.c_long(0), 0)
    os.write(answer, json.dumps({"steps": steps}).encode())


if __name__ == "__main__":
    answer_all(run)
