"""Several processes publish the same movie at the same time."""

import os
import subprocess
import sys
from pathlib import Path

from publishing_stage import JPEG, Stage

PROGRAM = """
import sys
from pathlib import Path
from publish_forks import settings_of
from media.phases import PublishPhase
from media.publishing import publish

publish(1, settings_of(Path(sys.argv[1])), PublishPhase(trailers=True))
"""


def test_they_do_it_one_after_the_other(stage: Stage, root: Path) -> None:
    stage.choose("poster", *(JPEG + bytes([number]) * 500_000 for number in range(5)))
    stage.cast("Halina Reijn", "Thom Hoffman")
    here = Path(__file__).parent
    environment = {**os.environ, "PYTHONPATH": f"{here}:{here.parents[1]}:{here.parents[2]}"}
    programs = [
        subprocess.Popen([sys.executable, "-c", PROGRAM, str(root)], env=environment)
        for _ in range(4)
    ]
    assert [program.wait(400) for program in programs] == [0, 0, 0, 0]
    assert len(stage.changes()) == 1
    assert stage.changes()[0] == sorted(stage.files())
