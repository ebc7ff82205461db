"""The tests' own promise: no program outlives them, however they end."""

import subprocess
import sys
from pathlib import Path

import psutil

from .local.process import alive
from .local.waiting import eventually

RUN = """
import pathlib, sys, time
sys.path.insert(0, sys.argv[1])
from {package}.local.nursery import Nursery
sleeper = [sys.executable, "-c", "import time; time.sleep(600)"]
process = Nursery().start("sleeper", sleeper, pathlib.Path(sys.argv[2]), {{}})
print(process.pid, flush=True)
time.sleep(600)
"""


def test_killed_run_leaves_nothing(tmp_path: Path) -> None:
    home = Path(__file__).parent
    program = [sys.executable, "-c", RUN.format(package=home.name), str(home.parent), str(tmp_path)]
    with subprocess.Popen(program, stdout=subprocess.PIPE, text=True) as run:
        assert run.stdout
        sleeper = psutil.Process(int(run.stdout.readline()))
        assert alive(sleeper)
        run.kill()
    eventually(lambda: not alive(sleeper))
