"""Programs that use a file beside the test."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

#: Publishes two messages a transaction, under one key, and notes each pair that was accepted.
PAIRS = """
    import os, sys, time
    import kombu, sqlite_transport
    from sqlite_transport.database import open_database
    from pathlib import Path
    path, name, stop = Path(sys.argv[1]), sys.argv[2], Path(sys.argv[1] + ".stop")
    both = kombu.Exchange("both", type="fanout")
    with kombu.Connection(f"sqlite:///{path}", transport_options={"durability": "normal"}) as own:
        producer = own.Producer()
        number = 0
        queues = [kombu.Queue("left", both), kombu.Queue("right", both)]
        print("ready", flush=True)
        while not stop.exists():
            task_id = f"{name}-{number}"
            producer.publish("x" * 500, exchange=both, declare=queues,
                headers={"task": "pair", "id": task_id})
            print(task_id, flush=True)
            number += 1
"""

#: Takes messages from the queues and acknowledges them.
CONSUMER = """
    import sys
    from contextlib import suppress
    from pathlib import Path
    import kombu, sqlite_transport
    stop = Path(sys.argv[1] + ".stop")
    with kombu.Connection(f"sqlite:///{sys.argv[1]}") as own:
        queues = [kombu.Queue(name) for name in sys.argv[2:]]
        print("ready", flush=True)
        with own.Consumer(queues, on_message=lambda message: message.ack(), prefetch_count=16):
            while not stop.exists():
                with suppress(TimeoutError):
                    own.drain_events(timeout=0.1)
"""

#: Receives so many messages and holds them.
HOLDER = """
    import sys, time, sqlite_transport
    from kombu import Connection, Queue
    own = Connection(f"sqlite:///{sys.argv[1]}")
    seen = []
    consumer = own.Consumer([Queue("celery")], on_message=seen.append, accept=["json"])
    consumer.consume()
    while len(seen) < int(sys.argv[2]):
        own.drain_events(timeout=60)
    print("holding", flush=True)
    time.sleep(600)
"""

#: Publishes one message for each line that it reads.
PUBLISHER = """
    import sys, kombu, sqlite_transport
    with kombu.Connection(f"sqlite:///{sys.argv[1]}") as own:
        producer = own.Producer()
        for line in sys.stdin:
            producer.publish("x", routing_key="celery", headers={"task": "t", "id": line.strip()})
            print("accepted", flush=True)
"""

#: Opens a read transaction and stays in it.
READER = """
    import sys, time
    from sqlite_transport.library import sqlite3
    own = sqlite3.connect(sys.argv[1], isolation_level=None)
    own.execute("BEGIN")
    own.execute("SELECT count(*) FROM job").fetchall()
    print("reading", flush=True)
    time.sleep(600)
"""


@contextmanager
def small_disk(directory: Path, megabytes: int) -> Iterator[bool]:
    """Mount a disk of that size; yield whether it could be."""
    directory.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(directory)]
    mounted = subprocess.run(command, capture_output=True, check=False).returncode == 0
    try:
        yield mounted
    finally:
        if mounted:
            subprocess.run(["umount", "--lazy", str(directory)], check=True)
