"""Consuming and publishing in a process that gevent has patched."""

import json
from importlib.util import find_spec
from typing import Any

import pytest
from kombu import Connection, Queue
from sending import send_job

pytestmark = pytest.mark.skipif(find_spec("gevent") is None, reason="gevent is not installed")

PATCHED = """
    from gevent import monkey
    monkey.patch_all()
    import gevent, json, sys, sqlite_transport
    from kombu import Connection, Consumer, Queue

    seen, works = [], []
    def work(message):
        gevent.sleep(0.02)
        seen.append(message.decode())
        message.ack()

    def consume():
        with Connection(sys.argv[1]) as connection, connection.channel() as channel:
            channel.basic_qos(0, 2, False)
            spawn = lambda message: works.append(gevent.spawn(work, message))
            with Consumer(channel, [Queue("films")], on_message=spawn, accept=["json"]):
                print("ready", flush=True)
                while len(works) < 20:
                    # No more than two come, if the greenlets that ack them do not run meanwhile.
                    connection.drain_events(timeout=240)
                gevent.joinall(works, raise_error=True)

    def publish():
        with Connection(sys.argv[1]) as connection:
            for number in range(10):
                connection.Producer().publish(number, serializer="json", routing_key="films")
                gevent.sleep(0.005)

    gevent.joinall([gevent.spawn(consume), gevent.spawn(publish)], raise_error=True)
    print(json.dumps(sorted(seen)))
"""


def test_greenlets_publish_and_consume_and_do_not_block_each_other(
    connection: Connection, run: Any, path: Any, rows: Any
) -> None:
    program = run(PATCHED, f"sqlite:///{path}")
    assert program.read() == "ready"
    for number in range(10, 20):
        send_job(connection.Producer(), number)

    seen = json.loads(program.finish().splitlines()[-1])

    assert seen == list(range(20))
    assert rows("SELECT status, count(*) FROM job_history GROUP BY 1") == [("completed", 20)]
    assert Queue("films")(connection.channel()).get() is None
