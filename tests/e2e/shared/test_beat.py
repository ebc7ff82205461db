"""`celery beat` publishes on time."""

from pathlib import Path

import pytest

from ..local.deployment import Deployment


@pytest.mark.parametrize("scheduler", ["celery.beat:PersistentScheduler", "sqlite"])
def test_beat_fires(
    deployment: Deployment, celery_worker_cluster: object, scheduler: str, tmp_path: Path
) -> None:
    """By Celery's own scheduler and by ours, whatever the broker is."""
    key = f"tick of {tmp_path.name}"
    schedule = {"tick": {"task": "note", "schedule": 0.3, "args": [key]}}
    beat = deployment.start(
        "beat",
        "--scheduler",
        scheduler,
        "--schedule",
        str(tmp_path / "schedule"),
        "--pidfile",
        str(tmp_path / "beat.pid"),
        "--max-interval",
        "1",
        settings={"beat_schedule": schedule},
    )
    deployment.journal.expect("done", key, count=3)
    beat.stop()
    assert beat.popen.returncode == 0, beat.logs()
