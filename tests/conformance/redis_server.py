"""A Redis of the tests' own: a free port, a directory of its own, always killed."""

import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dying import WITH_PARENT
from e2e.local.broker import READY, free_ports

PROGRAM = shutil.which("redis-server")
PATIENCE = 180.0


@contextmanager
def running(directory: Path) -> Iterator[int]:
    """Run a server that keeps nothing, and give its port."""
    assert PROGRAM is not None
    command = [*WITH_PARENT, PROGRAM, "--bind", "127.0.0.1", "--dir", str(directory)]
    command += ["--save", "", "--appendonly", "no", "--port"]
    log = directory / "log"
    for port in free_ports():
        with log.open("wb") as file:
            process = subprocess.Popen([*command, str(port)], stdout=file, stderr=file)
        try:
            if is_ready(process, log):
                yield port
                return
        finally:
            process.kill()
            process.wait()
    raise AssertionError(log.read_text(errors="replace"))


def is_ready(process: "subprocess.Popen[bytes]", log: Path) -> bool:
    """Wait until it is; False if it has ended, for another program has taken its port."""
    deadline = time.monotonic() + PATIENCE
    while READY not in log.read_bytes():
        if process.poll() is not None:
            return False
        assert time.monotonic() < deadline, log.read_text(errors="replace")
        time.sleep(0.01)
    return True
