"""What no manager sends, and somebody will."""

from typing import Any

from .bodies import download, make_video
from .installation import Installation

NAME = "The Matrix (1999)"


def test_a_webhook_that_is_nested_too_deep_fails_alone(installation: Installation) -> None:
    make_video(installation.movies / NAME, f"{NAME}.mkv")
    installation.set(scan__quietSeconds=0)
    worker = installation.start_worker()
    deep: dict[str, Any] = {}
    for _ in range(500):
        deep = {"x": deep}
    bad = installation.send("webhook", download(f"/movies/{NAME}") | {"deep": deep})
    good = installation.send("webhook", download(f"/movies/{NAME}"))
    jobs = installation.settle()
    ended = {job.task_id: (job.status, str(job.error)) for job in jobs}
    assert ended[bad][0] == "failed"
    assert "nested more than 200 deep" in ended[bad][1]
    assert ended[good][0] == "completed"
    assert worker.status == "running"
