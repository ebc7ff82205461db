"""A result backend under test, and what the tests make with it."""

import gc
import uuid
import warnings
from dataclasses import dataclass, field
from typing import Any

from celery import Celery
from celery.app.task import Context


@dataclass
class Backends:
    """Makes backends of one kind; the broker is in memory, with a queue for each of them."""

    kind: str
    url: str
    apps: list[Celery] = field(default_factory=list)
    made: list[Any] = field(default_factory=list)

    def app(self, **settings: Any) -> Celery:
        app = Celery(f"test-{uuid.uuid4()}", broker="memory://", set_as_current=False)
        app.conf.update(
            result_backend=self.url,
            task_default_queue=f"queue-{uuid.uuid4()}",
            accept_content=["json", "pickle", "yaml", "msgpack"],
            **settings,
        )
        self.apps.append(app)
        return app

    def make(self, **settings: Any) -> Any:
        self.made.append(self.app(**settings).backend)
        return self.made[-1]

    def close(self) -> None:
        for backend in [*self.made, *(app.backend for app in self.apps)]:
            if self.kind == "redis":
                backend.result_consumer.stop()
                backend.client.connection_pool.disconnect()
        for app in self.apps:
            app.close()
        if self.kind == "redis":
            collect()


def collect() -> None:
    """Collect what is left: Celery's Redis backend leaves connections, and results tell it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()


def name() -> str:
    return str(uuid.uuid4())


def request(**fields: Any) -> Context:
    """Return what a worker knows of a task that it runs."""
    return Context(id=fields.pop("id", None) or name(), delivery_info={}, **fields)


def part(group_id: str, position: int, body: Any, task_id: str | None = None) -> Context:
    """Return the request of a task in a chord's header."""
    return request(id=task_id, group=group_id, group_index=position, chord=body)


def sent(app: Celery) -> list[Any]:
    """Return the tasks that were sent since the last call: name and arguments."""
    tasks = []
    with app.connection_for_read() as connection:
        queue = connection.SimpleQueue(app.conf.task_default_queue)
        while True:
            try:
                message = queue.get_nowait()
            except queue.Empty:
                return tasks
            message.ack()
            tasks.append((message.headers["task"], message.decode()[0]))
