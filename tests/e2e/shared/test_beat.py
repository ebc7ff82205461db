"""`celery beat` publishes on time."""

from ..local.deployment import Deployment


def test_beat_fires(deployment: Deployment, celery_worker_cluster: object) -> None:
    schedule = {"tick": {"task": "note", "schedule": 0.3, "args": ["tick"]}}
    beat = deployment.start(
        "beat",
        "--schedule",
        str(deployment.directory / "schedule"),
        "--pidfile",
        str(deployment.directory / "beat.pid"),
        "--max-interval",
        "1",
        settings={"beat_schedule": schedule},
    )
    deployment.journal.expect("done", "tick", count=3)
    beat.stop()
    assert beat.popen.returncode == 0, beat.logs()
