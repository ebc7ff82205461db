"""Waiting for results in a process that gevent has patched."""

import json
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.skipif(find_spec("gevent") is None, reason="gevent is not installed")

SOURCE = """
    import sys
    if sys.argv[2] == "before":
        import sqlite_transport.backend
    from gevent import monkey
    monkey.patch_all()
    import gevent, json, os
    from celery import Celery
    from sqlite_transport.result_consumer import ResultConsumer

    # Who waits sleeps until it is rung: in a sleep that is no greenlet's own nothing else runs.
    drain = ResultConsumer.drain_events
    ResultConsumer.drain_events = lambda self, timeout=None: drain(self, 3600)

    app = Celery("test", broker="memory://", backend="sqlite:///" + sys.argv[1])
    ticks, called = [], []

    def tick():
        while True:
            ticks.append(1)
            gevent.sleep(0.01)

    def wait(number):
        return app.AsyncResult(f"task-{number}").get(timeout=240)

    gevent.spawn(tick)
    app.backend
    greenlets = [gevent.spawn(wait, number) for number in range(50)]
    app.AsyncResult("early").then(lambda result: called.append(result.result))
    kept = app.AsyncResult("late")
    kept.then(lambda result: called.append(result.result))
    while len(ticks) < 20:
        gevent.sleep(0.01)
    print("waiting", flush=True)
    gevent.joinall(greenlets)
    group = app.GroupResult("group", [app.AsyncResult(f"task-{n}") for n in range(50)])
    joined = group.join_native(timeout=240)
    while "late" not in called:
        gevent.sleep(0.01)
    print(json.dumps({
        "values": [greenlet.value for greenlet in greenlets],
        "joined": joined,
        "called": called,
        "pipes": len(os.listdir(sys.argv[1] + "-waiters")),
    }))
"""


@pytest.mark.parametrize("imported", ["after", "before"])
def test_greenlets_wait_together(path: Path, run: Callable[..., Any], imported: str) -> None:
    from celery import Celery

    app = Celery("test", broker="memory://", backend=f"sqlite:///{path}", set_as_current=False)
    program = run(SOURCE, path, imported)
    assert program.read() == "waiting", "no greenlet keeps the others from running"
    for number in range(50):
        app.backend.mark_as_done(f"task-{number}", number)
    app.backend.mark_as_done("late", "late")

    seen = json.loads(program.finish())

    assert seen["values"] == seen["joined"] == list(range(50))
    assert seen["called"] == ["late"]
    assert seen["pipes"] == 1
