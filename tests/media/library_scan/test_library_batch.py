"""The changed directories of a walk are one batch, however often the walk is killed."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest
from library_walker import Walker
from sqlalchemy import select

from media.errors import BrokenVideoError
from media.library.models import Batch, Directory
from media.library_scan import batch_progress
from media.movie_scan import record_failure

NAMES = [f"{letter} (2000)" for letter in "ABCDEFG"]
KILLED = """
import os, signal, sys
from pathlib import Path
from media.library_scan import walk, walk_library
from media.phases import ScanPhase
from media.settings import Settings

root, batch, after = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
walk.SLICE = 2
settings = Settings(libraries={"movies": root / "movies"}, library_database=root / "library.db")
under_way = walk_library("movies", batch, settings, ScanPhase())
for number, paths in enumerate(under_way, 1):
    if number == after:
        os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_batch_tells_how_far_it_is(walker: Walker) -> None:
    walker.make(*NAMES)
    assert batch_progress("batch-1", walker.settings) == (0, 0, 0)
    walker.walk()
    assert batch_progress("batch-1", walker.settings) == (0, 0, 7)
    walker.scan(*NAMES[:2])
    broken = walker.root / NAMES[2]
    record_failure(broken, BrokenVideoError("broken"), walker.settings)
    progress = batch_progress("batch-1", walker.settings)
    assert (progress.done, progress.failed, progress.total) == (3, 1, 7)
    walker.scan(*NAMES)
    assert batch_progress("batch-1", walker.settings) == (7, 0, 7)


def test_a_batch_of_nothing_is_there_and_done(walker: Walker) -> None:
    walker.make("A (2000)")
    walker.walk_and_scan()
    walker.walk("batch-2")
    assert batch_progress("batch-2", walker.settings) == (0, 0, 0)
    with walker.library.reading() as session:
        assert session.get_one(Batch, "batch-2").library == "movies"


def test_what_a_later_walk_takes_over_is_done_for_the_first(walker: Walker) -> None:
    walker.make(*NAMES)
    walker.walk()
    walker.scan(NAMES[0])
    walker.walk("batch-2")
    assert batch_progress("batch-1", walker.settings) == (7, 0, 7)
    assert batch_progress("batch-2", walker.settings) == (0, 0, 6)


def test_a_failure_of_an_earlier_batch_is_none_of_this_one(walker: Walker) -> None:
    (movie,) = walker.make("A (2000)")
    walker.walk()
    record_failure(movie, BrokenVideoError("broken"), walker.settings)
    walker.walk("batch-2")
    assert batch_progress("batch-2", walker.settings) == (0, 0, 1)


@pytest.mark.parametrize("after", [1, 2, 4])
def test_a_walk_that_is_killed_ends_the_same_when_it_is_run_again(
    walker: Walker, root: Path, after: int
) -> None:
    walker.make(*NAMES)
    command = [sys.executable, "-c", KILLED, str(root), "batch-1", str(after)]
    killed = subprocess.run(command, check=False, cwd=Path(__file__).parents[3])
    assert killed.returncode == -signal.SIGKILL
    walker.scan(NAMES[0])  # its job was sent before
    changed, summary = walker.walk("batch-1")
    assert sorted(changed) == NAMES[1:]
    assert summary.directories == 7
    assert batch_progress("batch-1", walker.settings) == (1, 0, 7)
    with walker.library.reading() as session:
        batches = session.scalars(select(Directory.batch_id)).all()
        assert set(batches) == {"batch-1"}
