"""Real Celery messages, protocol 2, about 700 bytes each."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from typing import Any

from celery import Celery
from kombu import Exchange, Queue

TYPE = "tasks.library.scan_folder"
QUEUE = Queue("celery", Exchange("celery", type="direct"), routing_key="celery")


@dataclass(frozen=True, slots=True)
class TaskMessage:
    """What Celery hands to `kombu.Producer.publish`."""

    body: Any
    headers: dict[str, Any]
    properties: dict[str, Any]


def task_messages(eta: datetime | None = None) -> Iterator[TaskMessage]:
    """Endless messages, alike but for their ids.

    Celery makes the first; the others are copies with an id of their own, so
    that making them takes no time from what is measured.
    """
    app = Celery(set_as_current=False)
    body, headers, properties, _ = _unpack(
        app.amqp.as_task_v2(
            _task_id(os.urandom(8).hex(), 0),
            TYPE,
            args=("/srv/media/photos/2026/11",),
            kwargs={"recursive": True},
            origin="gen4242@mediaserver",
            eta=eta,
        )
    )
    run = os.urandom(8).hex()
    for number in count():
        task_id = _task_id(run, number)
        yield TaskMessage(
            body,
            {**headers, "id": task_id, "root_id": task_id},
            {**properties, "correlation_id": task_id},
        )


def _unpack(message: Any) -> tuple[Any, dict[str, Any], dict[str, Any], Any]:
    return message.body, message.headers, message.properties, message.sent_event


def _task_id(run: str, number: int) -> str:
    return f"{run[:8]}-{run[8:12]}-4{run[12:15]}-8000-{number:012x}"
