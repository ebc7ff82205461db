"""The worker that the demonstration starts."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_CHECKOUT = Path(__file__).parents[1]
_STOP_SECONDS = 15


@contextmanager
def worker_in(directory: Path) -> Iterator[Path]:
    """Run a worker with `directory` as its working directory; gives its log."""
    log = directory / "worker.log"
    command = [sys.executable, "-m", "celery", "-A", "tasks", "worker", "--loglevel", "INFO"]
    command += ["--hostname", f"demo-{os.getpid()}@%h"]
    paths = [str(_CHECKOUT), os.environ.get("PYTHONPATH", "")]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, paths))}
    with log.open("wb") as output:
        worker = subprocess.Popen(  # noqa: S603 (no shell, and nothing of it is the user's)
            command,
            cwd=directory,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        yield log
    finally:
        worker.terminate()
        try:
            worker.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            worker.kill()
            worker.wait()
