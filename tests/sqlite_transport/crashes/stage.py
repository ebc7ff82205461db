"""Where processes are killed: one new directory, and one step, for each of them."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

SAMPLE = 40
HERE = Path(__file__).parents[1]


class Forks:
    """The program that forks a child for each scenario (see crashes/forks.py)."""

    def __init__(self, shim: Path) -> None:
        self._program = subprocess.Popen(
            [sys.executable, "-m", "crashes.forks"],
            env={**os.environ, "LD_PRELOAD": str(shim), "PYTHONPATH": str(HERE.parent)},
            cwd=HERE,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def run(self, scenario: str, database: Path, step: int = 0, torn: bool = False) -> Any:
        assert self._program.stdin is not None
        assert self._program.stdout is not None
        self._program.stdin.write(json.dumps([scenario, str(database), step, torn]) + "\n")
        self._program.stdin.flush()
        return json.loads(self._program.stdout.readline())

    def well(self, scenario: str, database: Path) -> Any:
        """Run a scenario that must end by itself, and return its answer."""
        answer = self.run(scenario, database)
        assert answer["status"] == 0, (scenario, answer)
        return answer

    def close(self) -> None:
        self._program.kill()
        self._program.communicate()


class Stage:
    """A new directory for every kill."""

    def __init__(self, forks: Forks, directory: Path, long: bool) -> None:
        self.forks = forks
        self.long = long
        self._directory = directory
        self._used = 0

    def database(self, *before: str) -> Path:
        """Return a new database on which the scenarios `before` have run."""
        directory = self._directory / f"{self._used}"
        directory.mkdir()
        self._used += 1
        for scenario in before:
            status = self.forks.run(scenario, directory / "queue.db")["status"]
            assert status == (-9 if scenario == "die_with_claims" else 0)
        return directory / "queue.db"

    def kills(self, scenario: str, *before: str, tail: int = 0) -> Iterator[Path]:
        """Yield a database for each step at which a process was killed in the scenario.

        Of the sample's gaps the last `tail` steps are free.
        """
        steps = self.forks.well(scenario, self.database(*before))["steps"]
        assert steps > SAMPLE, f"{steps} steps: the shim does not see what the process does"
        stride = 1 if self.long else max(1, steps // SAMPLE)
        killed = 0
        sample = [*range(1, steps + 1, stride)]
        for step in sorted({*sample, *range(steps + 1 - tail, steps + 1)}):
            for torn in (False, True) if self.long else (bool(step % 2),):
                database = self.database(*before)
                status = self.forks.run(scenario, database, step, torn)["status"]
                assert status in (-9, 0), (scenario, step, status)
                killed += status == -9
                yield database
        assert killed > steps // stride // 2, "most of the kills must have come about"

    def look(self, database: Path) -> Any:
        seen = self.forks.well("look", database)["result"]
        assert seen["integrity"] == "ok"
        return seen

    def finish(self, database: Path) -> Any:
        """Let the next consumer do what is left, and check what must be true in any case."""
        before = self.look(database)
        after = self.forks.well("finish", database)["result"]
        assert after["integrity"] == "ok"
        assert after["queue"] == [], "everything left must be handed out"
        assert sorted(after["handled"]) == before["queue"], (
            "each once, and nothing that was settled"
        )
        ended = before["history"] + before["queue"] + before["accepted"]
        assert after["history"] == sorted(ended)
        assert after["bells"] == [], "nothing is left of the dead session"
        return before
