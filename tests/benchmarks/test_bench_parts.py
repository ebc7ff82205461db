"""The parts that measure: messages, marks, process trees, the disk."""

import json
import subprocess
import sys
from itertools import islice
from pathlib import Path

import pytest

from benchmarks.__main__ import main
from benchmarks.marks import Marks
from benchmarks.messages import task_messages
from benchmarks.process_tree import cpu_seconds, resident_bytes
from benchmarks.processes import running
from benchmarks.sync_floor import sync_floor


def test_messages_are_celerys_and_about_700_bytes() -> None:
    first, second = islice(task_messages(), 2)

    size = sum(len(json.dumps(part)) for part in (first.body, first.headers, first.properties))

    assert 650 <= size <= 750
    assert first.headers["task"] == "tasks.library.scan_folder"
    assert first.headers["id"] == first.properties["correlation_id"]
    assert first.headers["id"] != second.headers["id"]
    assert first.headers.keys() == second.headers.keys()


def test_marks_add_up_over_the_children(tmp_path: Path) -> None:
    marks = Marks.create(tmp_path / "marks", stamps=3)
    other = Marks(tmp_path / "marks")

    for slot in (1, 2, 2):
        other.count(slot)
    other.stamp(1)

    span = marks.span()
    assert span.tasks == 3
    assert span.rate == pytest.approx(2 / (span.last - span.first))
    assert marks.stamped(0) is None
    assert marks.stamped(1) >= span.last  # type: ignore[operator]
    assert not marks.wait_ready(0)
    other.ready()
    assert marks.wait_ready(0)


def test_marks_without_a_task_have_no_rate(tmp_path: Path) -> None:
    marks = Marks.create(tmp_path / "marks")

    assert marks.wait_count(1, 0).rate == 0.0


def test_a_process_is_accounted_and_killed_with_its_children(tmp_path: Path) -> None:
    child = "import subprocess, sys; subprocess.run(['sleep', '100'])"

    with running([sys.executable, "-c", child], tmp_path, log=tmp_path / "log") as process:
        assert resident_bytes(process.pid) > 0
        assert cpu_seconds(process.pid) >= 0

    assert process.returncode == -9


def test_the_disk_is_asked_no_more_often_than_told(tmp_path: Path) -> None:
    assert sync_floor(tmp_path, 5, 60.0).messages == 5
    assert list(tmp_path.iterdir()) == []


def test_the_command_lists_its_figures(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--list", "--only", "consume"]) == 0

    assert "≥ 18 x" in capsys.readouterr().out


def test_the_command_refuses_what_it_does_not_know() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks", "--only", "nothing"], capture_output=True, check=False
    )

    assert done.returncode == 2
