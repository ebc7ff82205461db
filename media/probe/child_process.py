"""Run a prober as a process of its own."""

import subprocess
from collections.abc import Sequence

from media.errors import ProbeTimedOutError


def run_prober(command: Sequence[str], timeout_seconds: float) -> subprocess.CompletedProcess[str]:
    """Return how `command` ended and what it printed; the file's path comes last in it.

    Raises `ProbeTimedOutError` when it takes too long.
    """
    try:
        return subprocess.run(  # noqa: S603 (no shell, and the path is an argument)
            command,
            check=False,
            capture_output=True,
            stdin=subprocess.DEVNULL,
            encoding="utf-8",
            errors="replace",
            timeout=timeout_seconds,
        )
    except subprocess.TimeoutExpired as error:
        raise ProbeTimedOutError(
            f"reading the streams of {command[-1]} took longer than {timeout_seconds:g} s"
        ) from error
