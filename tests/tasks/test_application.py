import subprocess
import sys

from tasks import app
from tasks.priority import JOB_PRIORITIES, Priority


def test_the_priorities_are_those_of_the_design() -> None:
    assert {priority.name: int(priority) for priority in Priority} == {
        "CRITICAL": 1,
        "HIGH": 3,
        "NORMAL": 5,
        "LOW": 8,
        "GARBAGE_COLLECTION": 9,
    }


def test_every_job_has_a_priority() -> None:
    app.loader.import_default_modules()
    ours = {name for name, task in app.tasks.items() if type(task).__module__.startswith("tasks.")}
    assert ours == set(JOB_PRIORITIES)


def test_celerys_command_finds_the_application() -> None:
    command = [sys.executable, "-m", "celery", "-A", "tasks", "report"]
    found = subprocess.run(command, check=False, capture_output=True, text=True, timeout=60)
    assert found.returncode == 0, found.stderr
    assert "task_acks_late: True" in found.stdout
