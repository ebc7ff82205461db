"""A program with the face of a Docker container."""

import contextlib
import os
import shlex
import signal as signals
import subprocess
import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import psutil

from .waiting import PATIENCE, eventually


class LocalProcess:
    """What `pytest_docker_tools` asks of a container, answered by a process group.

    The program leads a session of its own, so that one signal reaches all of
    its children. What it prints goes to a file, which outlives restarts.
    """

    def __init__(
        self, name: str, command: Sequence[str], directory: Path, environment: Mapping[str, str]
    ) -> None:
        self.id = uuid.uuid4().hex
        self.name = name
        self.command = [part.replace("%h", self.id[:12]) for part in command]
        self.directory = directory
        self.environment = dict(environment)
        self.log = directory / f"{name}-{self.id[:6]}.log"
        self.start()

    def start(self) -> None:
        self.starts_at = self.log.stat().st_size if self.log.exists() else 0
        with self.log.open("ab") as log:
            self.popen = subprocess.Popen(
                self.command,
                cwd=self.directory,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        return self.popen.pid

    @property
    def status(self) -> str:
        return "running" if self.popen.poll() is None else "exited"

    @property
    def attrs(self) -> dict[str, Any]:
        return {
            "NetworkSettings": {"Networks": {}, "Ports": {}},
            "HostConfig": {"PortBindings": {}},
            "Config": {"Hostname": self.id[:12], "Env": []},
            "State": {"Status": self.status, "Pid": self.pid, "ExitCode": self.popen.poll()},
        }

    def reload(self) -> None:
        """Docker's client caches what it knows of a container; here nothing is cached."""

    def logs(self) -> bytes:
        return self.log.read_bytes()

    def logs_since_start(self) -> str:
        return self.logs()[self.starts_at :].decode(errors="replace")

    def children(self) -> list[psutil.Process]:
        try:
            return psutil.Process(self.pid).children(recursive=True)
        except psutil.NoSuchProcess:
            return []

    def kill(self, signal: str | int | None = None) -> None:
        """SIGKILL fells the whole tree; any other signal goes to the program alone."""
        number = signals.Signals[signal] if isinstance(signal, str) else signal or signals.SIGKILL
        if number == signals.SIGKILL:
            self._kill_group()
        elif self.popen.poll() is None:
            self.popen.send_signal(number)

    def wait(self, timeout: float = 120) -> int:
        """Return the exit code, once the program has ended by itself.

        A prefork child that ends asks billiard's parent for 30 s whether its last
        result was read, in vain now and then: the parent is at its own end already.
        """
        return self.popen.wait(timeout)

    def stop(self, timeout: float = PATIENCE) -> None:
        """End it as `docker stop` does: ask, and after `timeout` seconds kill."""
        self.kill("SIGTERM")
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.popen.wait(timeout)
        self._kill_group()

    def restart(self, timeout: float = PATIENCE) -> None:
        self.stop(timeout)
        self.start()

    def exec_run(self, command: str | Sequence[str]) -> tuple[int, bytes]:
        """Run another program where this one runs."""
        words = shlex.split(command) if isinstance(command, str) else list(command)
        done = subprocess.run(
            words,
            cwd=self.directory,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=2 * PATIENCE,
            check=False,
        )
        return done.returncode, done.stdout + done.stderr

    def _kill_group(self) -> None:
        members = [*self.children()]
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, signals.SIGKILL)
        self.popen.wait(PATIENCE)
        eventually(lambda: not any(alive(member) for member in members))


def alive(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
