"""A Python program beside the test, that the test talks with."""

import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from dying import DIE_WITH_PARENT


class Program:
    """A program that reads and prints lines."""

    def __init__(self, source: str, *arguments: object) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", DIE_WITH_PARENT + textwrap.dedent(source), *map(str, arguments)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def read(self) -> str:
        """Return the next line that it prints."""
        assert self.process.stdout is not None
        return self.process.stdout.readline().rstrip("\n")

    def say(self, line: str = "") -> None:
        """Give it a line to read."""
        assert self.process.stdin is not None
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def ask(self, line: str) -> str:
        """Give it a line, and return its answer."""
        self.say(line)
        return self.read()

    def finish(self) -> str:
        """Wait for its end, which must be a good one; return the rest of what it printed."""
        output, _ = self.process.communicate(timeout=240)
        assert self.process.returncode == 0
        return output

    def kill(self) -> None:
        """End it as a crash would."""
        self.process.kill()
        self.process.wait()
        for stream in (self.process.stdin, self.process.stdout):
            if stream is not None:
                stream.close()


@contextmanager
def running() -> Iterator[Callable[..., Program]]:
    """Start programs, by `run(source, argument, …)`, that are killed at the end."""
    programs: list[Program] = []

    def run(source: str, *arguments: object) -> Program:
        programs.append(Program(source, *arguments))
        return programs[-1]

    yield run
    for program in programs:
        program.kill()
