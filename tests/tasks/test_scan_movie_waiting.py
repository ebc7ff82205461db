"""Scans that wait in the queue's file: one for all that say the same."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tasks import demo

CHECKOUT = Path(demo.__file__).parents[1]
# In a process of its own: a task knows for good whether its broker is a file.
SEND = """
import sys
from pathlib import Path
from media.movie import KnownMovie
from tasks.chain import send
from tasks.scan_movie import ScanRequest

for said in sys.argv[1:]:
    directory, _, tmdb_id = said.partition("=")
    movie = KnownMovie(tmdb_id=int(tmdb_id) if tmdb_id else None)
    print(send("scan-movie", ScanRequest(directory=Path(directory), movie=movie)))
"""


def sent(root: Path, *said: str) -> list[str]:
    """Send a scan for each `directory=tmdb id`; return their jobs."""
    ended = subprocess.run(
        [sys.executable, "-c", SEND, *said],
        check=True,
        capture_output=True,
        text=True,
        timeout=300,
        cwd=root,
        env=os.environ
        | {"PYTHONPATH": str(CHECKOUT), "CELERY_BROKER_URL": f"sqlite:///{root}/queue.db"},
    )
    return ended.stdout.split()


@pytest.mark.usefixtures("root")
def test_a_scan_that_waits_stands_for_those_that_say_the_same(tmp_path: Path) -> None:
    one, again, elsewhere, other, nameless = sent(
        tmp_path, "/m/X=1", "/m/X=1", "/m/Y=1", "/m/X=2", "/m/X"
    )
    assert one == again
    assert len({one, elsewhere, other, nameless}) == 4
