"""Commands of remote control that pause a queue in a worker, on a broker that cannot.

Celery's own `cancel_consumer` and `add_consumer` forget which workers had
consumed from the queue: to resume would have all of them take its jobs. A worker
remembers that as long as it runs, as it does the pause itself.
"""

import time
from typing import Any

from celery.worker.control import control_command, inspect_command

from sqlite_transport.worker.answers import NOT_CONSUMED, NOT_PAUSED, PAUSED, RESUMED

#: Queues that this worker would consume from, and since when (seconds since 1970) it does not.
_paused: dict[str, float] = {}


@control_command(args=[("queue", str)], signature="<queue>")  # type: ignore[untyped-decorator]
def pause_queue(state: Any, queue: str, **_: Any) -> dict[str, str]:
    """Consume no more from a queue until it is resumed."""
    if queue in _paused:
        return {"ok": PAUSED}
    consumer = state.consumer
    if not consumer.task_consumer.consuming_from(queue):
        return {"ok": NOT_CONSUMED}
    _paused[queue] = time.time()
    consumer.call_soon(consumer.cancel_task_queue, queue)
    return {"ok": PAUSED}


@control_command(args=[("queue", str)], signature="<queue>")  # type: ignore[untyped-decorator]
def resume_queue(state: Any, queue: str, **_: Any) -> dict[str, str]:
    """Consume again from a queue that was paused."""
    if _paused.pop(queue, None) is None:
        consuming = state.consumer.task_consumer.consuming_from(queue)
        return {"ok": NOT_PAUSED if consuming else NOT_CONSUMED}
    state.consumer.call_soon(state.consumer.add_task_queue, queue)
    return {"ok": RESUMED}


@inspect_command()  # type: ignore[untyped-decorator]
def paused_queues(_: Any) -> dict[str, float]:
    """Tell which queues are paused, and since when (seconds since 1970)."""
    return dict(_paused)
