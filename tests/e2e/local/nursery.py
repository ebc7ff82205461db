"""All the programs of one test run."""

import os
import subprocess
import sys
import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path

from .process import LocalProcess
from .waiting import PATIENCE

MARK = "E2E_TEST_RUN"
REAPER = Path(__file__).with_name("reaper.py")
PROGRAMS = Path(sys.executable).parent


class Nursery:
    """Starts programs so that none of them outlives the test run."""

    def __init__(self) -> None:
        self.mark = uuid.uuid4().hex
        self.reaper = subprocess.Popen(
            [sys.executable, str(REAPER), f"{MARK}={self.mark}"],
            stdin=subprocess.PIPE,
            start_new_session=True,
        )

    def environment(self, extra: Mapping[str, str]) -> dict[str, str]:
        inherited = {k: v for k, v in os.environ.items() if not k.startswith("CELERY_")}
        path = f"{PROGRAMS}{os.pathsep}{inherited.get('PATH', '')}"
        return {**inherited, "PATH": path, "PYTHONUNBUFFERED": "1", **extra, MARK: self.mark}

    def start(
        self, name: str, command: Sequence[str], directory: Path, extra: Mapping[str, str]
    ) -> LocalProcess:
        return LocalProcess(name, command, directory, self.environment(extra))

    def close(self) -> None:
        """Wait until every program of this run is gone."""
        if self.reaper.stdin:
            self.reaper.stdin.close()
        self.reaper.wait(PATIENCE)
