import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from media.sample.movie_directory import DIRECTORY_NAME
from tasks import demo

CHECKOUT = Path(demo.__file__).parents[1]


@pytest.mark.usefixtures("worker")
def test_the_demonstration_shows_the_library_and_does_so_again(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for _ in range(2):
        assert demo.main([]) == demo.DONE
        lines = capsys.readouterr().out.splitlines()
        assert lines[0] == f"made     {root / 'demo-library' / DIRECTORY_NAME}"
        assert [line for line in lines if line and not line.startswith(" ")][3:] == [
            "Movie (1)",
            "Files (5)",
            "Streams (7)",
            "Artwork (2)",
        ]
        assert "for the hard of hearing" in "\n".join(lines)
    assert (root / "demo-library" / ".gitignore").read_text() == "*\n"


@pytest.mark.usefixtures("worker")
def test_another_directory_needs_a_mapping_that_both_know(
    root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    directory = str(root / "films")
    assert demo.main(["--directory", directory]) == demo.WRONG_SETTINGS
    said = capsys.readouterr().err
    assert "start the worker and this with" in said
    assert not Path(directory).exists()
    name, _, value = said.splitlines()[-1].partition("=")
    monkeypatch.setenv(name, value.strip("'"))
    assert json.loads(value.strip("'")) == {"/movies": directory}
    assert demo.main(["--directory", directory]) == demo.DONE


def test_without_a_worker_it_says_how_to_start_one(
    root: Path, memory_broker: None, capsys: pytest.CaptureFixture[str]
) -> None:
    assert demo.main(["--wait", "0.2"]) == demo.TOO_LATE
    assert "start one with: celery -A tasks worker" in capsys.readouterr().err


def test_a_broker_that_cannot_be_reached_is_named(root: Path) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        broker = f"redis://127.0.0.1:{unused.getsockname()[1]}/0"
        ended = subprocess.run(
            [sys.executable, "-m", "tasks.demo"],
            check=False,
            capture_output=True,
            text=True,
            timeout=60,
            cwd=root,
            env=os.environ | {"CELERY_BROKER_URL": broker, "PYTHONPATH": str(CHECKOUT)},
        )
    assert ended.returncode == demo.NO_BROKER
    assert ended.stderr.startswith("cannot reach the broker redis://")
