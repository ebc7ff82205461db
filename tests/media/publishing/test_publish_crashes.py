"""`kill -9` at every step of publishing: run again it ends as if nothing had been.

The shim of tests/sqlite_transport/crashes kills the process at its N-th call that
changes or locks a file, odd ones in the middle of a write. The short form takes a
sample of all N, the long one every N.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from publish_forks import settings_of
from publishing_stage import JPEG, NFO, PNG, Stage

from media.atomic_file import is_leftover

HERE = Path(__file__).parent
PATHS = (HERE, HERE.parents[1], HERE.parents[2])
SHIM_SOURCE = HERE.parents[1] / "sqlite_transport" / "crashes" / "crash.c"
SAMPLE = 20
FOREIGN = b"<movie><title>Old</title><playcount>4</playcount></movie>"


def first(stage: Stage) -> None:
    """Nothing was published yet; an NFO is there, and a broken one."""
    (stage.directory / "movie.nfo").write_bytes(FOREIGN)
    (stage.directory / NFO).write_bytes(b"<movie><playcount>4</playcount><plot>no end")
    stage.choose("poster", JPEG + bytes(3_000_000), PNG + b"two")
    stage.choose("trailer", bytes(100_000))
    stage.cast("Halina Reijn")


def another_choice(stage: Stage) -> None:
    """Everything was published once; now other things are chosen, some of them fewer."""
    first(stage)
    stage.publish(trailers=True)
    stage.choose("poster", PNG + b"one")
    stage.choose("fanart", JPEG + b"new")
    stage.choose("trailer", bytes(200_000))
    stage.cast("Thom Hoffman")
    stage.change(title="Sintel II")


def renamed(stage: Stage) -> None:
    """The video has another name, and the user has replaced a picture."""
    first(stage)
    stage.publish(trailers=True)
    stage.rename_video("Sintel (2010) Bluray.mkv")
    (stage.directory / "poster.jpg").write_bytes(JPEG + b"mine")


PHASE = {"trailers": True, "replace_user_artwork": True}


class Theatre:
    """One place that is set up anew for each kill, and the program that publishes there."""

    def __init__(self, directory: Path, shim: Path) -> None:
        self.root = directory / "root"
        self._before = directory / "before"
        self._program = subprocess.Popen(
            [sys.executable, "-m", "publish_forks"],
            env={**os.environ, "LD_PRELOAD": str(shim), "PYTHONPATH": ":".join(map(str, PATHS))},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def prepare(self, scene: Callable[[Stage], None]) -> None:
        self.stage = Stage(settings_of(self.root), self.root / "movies" / "Sintel (2010)")
        self.stage.make_movie()
        scene(self.stage)
        self.old = self.stage.files()
        self.old_changes = len(self.stage.changes())
        shutil.copytree(self.root, self._before)

    def run(self, step: int = 0, torn: bool = False) -> Any:
        assert self._program.stdin is not None
        assert self._program.stdout is not None
        self._program.stdin.write(json.dumps([str(self.root), PHASE, step, torn]) + "\n")
        self._program.stdin.flush()
        return json.loads(self._program.stdout.readline())

    def reset(self) -> None:
        shutil.rmtree(self.root)
        shutil.copytree(self._before, self.root)

    def result(self) -> dict[str, Any]:
        return {
            "files": self.stage.files(),
            "rows": {
                name: (row.sha256, row.kind, row.size, row.is_adopted)
                for name, row in self.stage.rows().items()
            },
            "changes": self.stage.changes()[self.old_changes :],
            "journals": list(self.root.glob("*/*.journal")),
        }

    def close(self) -> None:
        self._program.kill()
        self._program.communicate()


@pytest.fixture(scope="module")
def shim(tmp_path_factory: pytest.TempPathFactory) -> Path:
    compiler = shutil.which("gcc") or shutil.which("cc")
    if compiler is None or sys.platform != "linux":
        pytest.skip("no C compiler, or not Linux")
    shim = tmp_path_factory.mktemp("shim") / "crash.so"
    command = [compiler, "-shared", "-fPIC", "-O1", "-o", str(shim), str(SHIM_SOURCE), "-ldl"]
    subprocess.run(command, check=True)
    return shim


@pytest.fixture
def theatre(tmp_path: Path, shim: Path) -> Iterator[Theatre]:
    theatre = Theatre(tmp_path, shim)
    yield theatre
    theatre.close()


@pytest.mark.timeout(600)
@pytest.mark.parametrize(
    "scene", [first, another_choice, renamed], ids=lambda scene: scene.__name__
)
def test_killed_anywhere_it_ends_the_same(
    theatre: Theatre, scene: Callable[[Stage], None], request: pytest.FixtureRequest
) -> None:
    theatre.prepare(scene)
    ran = theatre.run()
    assert ran["status"] == 0
    wanted = theatre.result()
    assert len(wanted["changes"]) == 1
    assert wanted["files"] != theatre.old
    steps = ran["steps"]
    assert steps > SAMPLE, "the shim must see what the process does"
    stride = 1 if request.config.getoption("--long") else max(1, steps // SAMPLE)
    killed = 0
    for step in range(1, steps + 1, stride):
        theatre.reset()
        status = theatre.run(step, torn=bool(step % 2))["status"]
        killed += status == -9
        every_file_is_whole(theatre, wanted["files"])
        assert theatre.run()["status"] == 0
        assert theatre.result() == wanted, step
    assert killed > steps // stride // 2, "most of the kills must have come about"


def every_file_is_whole(theatre: Theatre, new: dict[str, bytes]) -> None:
    for name, content in theatre.stage.files().items():
        if not is_leftover(Path(name).name):
            assert content in (theatre.old.get(name), new.get(name)), name
