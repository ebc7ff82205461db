"""Running programs with record.c before them."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent


def compiled(source: Path, directory: Path) -> Path:
    """Compile a shim; skip the test where that cannot be."""
    if not sys.platform.startswith("linux"):
        pytest.skip("LD_PRELOAD as the shims use it is Linux's")
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        pytest.skip("no C compiler: apt-get install gcc libc6-dev")
    library = directory / f"{source.stem}.so"
    subprocess.run(
        [compiler, "-shared", "-fPIC", "-O1", "-o", library, source, "-ldl", "-lpthread"],
        check=True,
    )
    return library


class Recording:
    """Programs that work on the files of one directory, and the log of what they do there."""

    def __init__(self, recorder: Path, directory: Path) -> None:
        self.database = directory.resolve() / "files" / "queue.db"
        self.database.parent.mkdir()
        self.log = directory / "log"
        self._environment = {
            **os.environ,
            "LD_PRELOAD": str(recorder),
            "RECORD_DIRECTORY": str(self.database.parent),
            "RECORD_LOG": str(self.log),
        }
        self._running: list[subprocess.Popen[bytes]] = []

    def start(self, program: str, *arguments: object) -> None:
        command = [sys.executable, HERE / program, self.database, *map(str, arguments)]
        self._running.append(subprocess.Popen(command, env=self._environment))

    def wait(self, timeout: float = 600) -> None:
        """Wait for all programs to end well."""
        for process in self._running:
            assert process.wait(timeout) == 0

    def kill(self) -> None:
        for process in self._running:
            process.kill()
            process.wait()
