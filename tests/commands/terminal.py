"""`celery -A films jobs …` in a terminal of its own, 80 columns wide, and a person at it."""

import codecs
import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Mapping
from pathlib import Path

PATIENCE = 180.0
#: How long a program may take to notice a Ctrl-C, in seconds, until Enter is pressed too.
ANSWER = 30.0


class Terminal:
    """A program in a terminal; it is killed if it has not ended when the terminal is closed."""

    def __init__(self, directory: Path, *arguments: str, env: Mapping[str, str]) -> None:
        self.shown = ""
        # What is read may end within a letter.
        self._decoder = codecs.getincrementaldecoder("utf-8")()
        self.master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        self.process = subprocess.Popen(
            [sys.executable, "-m", "celery", "-A", "films", "jobs", *arguments],
            cwd=directory,
            env={**os.environ, "TERM": "xterm-256color", **env},
            stdin=slave,
            stdout=slave,
            stderr=slave,
            start_new_session=True,
            preexec_fn=_take_terminal,
        )
        os.close(slave)

    def wait_for(self, text: str) -> None:
        """Wait until it shows this."""
        deadline = time.monotonic() + PATIENCE
        while text not in self.shown:
            assert time.monotonic() < deadline, self.shown
            if not self._read():
                assert text in self.shown, self.shown

    def type(self, keys: str) -> None:
        """Press some keys."""
        os.write(self.master, keys.encode())

    def interrupt(self) -> int:
        """Press Ctrl-C, and wait until it says that it was interrupted; return its exit code.

        Python's readline does not notice what comes while it prompts, until it has a line. A
        second Ctrl-C would kill a program that is slow to end; an Enter does it no harm.
        """
        self.type("\x03")
        if not self._is_interrupted(ANSWER):
            self.type("\n")
            assert self._is_interrupted(PATIENCE), self.shown
        return self.end()

    def end(self) -> int:
        """Wait for its end; return its exit code."""
        while self._read():
            pass
        return self.process.wait(timeout=PATIENCE)

    def close(self) -> None:
        """Close the terminal."""
        self.process.kill()
        self.process.wait()
        os.close(self.master)

    def _is_interrupted(self, seconds: float) -> bool:
        """Wait until it says so, for so long at most."""
        deadline = time.monotonic() + seconds
        while "Interrupted" not in self.shown and self._shows_more(deadline - time.monotonic()):
            ended = not self._read()
            assert "Interrupted" in self.shown or not ended, self.shown
        return "Interrupted" in self.shown

    def _shows_more(self, within: float) -> bool:
        return bool(select.select([self.master], [], [], max(within, 0))[0])

    def _read(self) -> bool:
        """Read what it shows; False when it has ended."""
        if not select.select([self.master], [], [], PATIENCE)[0]:
            raise TimeoutError(self.shown)
        try:
            found = os.read(self.master, 65536)
        except OSError:  # EIO: the other end is closed
            return False
        self.shown += self._decoder.decode(found)
        return bool(found)


def _take_terminal() -> None:
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
    # Whoever runs the tests in a shell's background has it ignored, and children inherit that.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
