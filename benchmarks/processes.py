"""Processes of the benchmark's own: started apart, killed with all their children."""

import os
import signal
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from subprocess import Popen

import benchmarks

CHECKOUT = Path(benchmarks.__file__).parent.parent


@contextmanager
def running(
    command: Sequence[str],
    directory: Path,
    *,
    log: Path,
    environment: Mapping[str, str] | None = None,
    piped: bool = False,
) -> "Iterator[Popen[bytes]]":
    """Run a command in a session of its own; SIGKILL the whole of it at the end.

    With `piped` its standard input and output are pipes, else both streams of
    its output go to the log.
    """
    path = os.pathsep.join(filter(None, (str(CHECKOUT), os.environ.get("PYTHONPATH"))))
    with log.open("ab") as stream:
        process = Popen(
            command,
            cwd=directory,
            env={**os.environ, "PYTHONPATH": path, **(environment or {})},
            stdin=subprocess.PIPE if piped else subprocess.DEVNULL,
            stdout=subprocess.PIPE if piped else stream,
            stderr=stream,
            start_new_session=True,
        )
        try:
            yield process
        finally:
            kill_group(process)
            for pipe in (process.stdin, process.stdout):
                if pipe is not None:
                    with suppress(OSError):
                        pipe.close()


def kill_group(process: "Popen[bytes]") -> None:
    """SIGKILL the process and everything it started; once is enough."""
    if process.returncode == -signal.SIGKILL:
        return
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait(60)
