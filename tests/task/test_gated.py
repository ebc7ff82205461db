"""What a worker has taken ahead goes back when its own queue is paused, and no other."""

from typing import Any

import pytest
from celery import Celery
from kombu import Exchange, Queue

from sqlite_transport.jobs import open_jobs
from sqlite_transport.worker.held_back import HeldBack

FILMS = Exchange("films")
QUEUES = (Queue("scans", FILMS, routing_key="music"), Queue("music", FILMS, routing_key="other"))


@pytest.fixture
def task(app: Celery) -> Any:
    app.conf.task_queues = QUEUES

    @app.task(bind=True, name="scan")
    def scan(self: Any) -> None: ...

    return scan


def begin(task: Any, task_id: str) -> None:
    request = {"called_directly": False, "is_eager": False, "retries": 0}
    task.push_request(id=task_id, delivery_info={"routing_key": "music"}, **request)
    try:
        task.before_start(task_id, (), {})
    finally:
        task.pop_request()


def test_the_queue_is_the_jobs_own_whatever_its_routing_key(app: Celery, task: Any) -> None:
    scan, music = (task.apply_async(queue=queue).id for queue in QUEUES)
    with app.connection_for_read() as connection:
        held = [connection.SimpleQueue(queue) for queue in QUEUES]
        messages = [each.get(timeout=60) for each in held]
        jobs = open_jobs(app)
        begin(task, music)
        jobs.pause(queue="scans")
        task._looked_at = 0.0
        with pytest.raises(HeldBack, match="the queue scans is paused"):
            begin(task, scan)
        begin(task, music)  # at once after the other
        jobs.resume(queue="scans")
        jobs.pause(queue="music")
        begin(task, scan)
        with pytest.raises(HeldBack, match="the queue music is paused"):
            begin(task, music)
        for message in messages:
            message.ack()
        for each in held:
            each.close()
