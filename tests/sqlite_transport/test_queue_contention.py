"""Processes that use one file at once: nothing lost, nothing twice, no error."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import receiving
from kombu import Connection, Queue
from receiving import take

films = Queue("films")
TESTS = Path(receiving.__file__).parent

OPENER = """
    import sys, sqlite_transport
    from kombu import Connection, Queue
    print("ready", flush=True)
    sys.stdin.readline()
    with Connection(sys.argv[1]) as connection:
        connection.Producer().publish(
            int(sys.argv[2]), serializer="json", routing_key="films", declare=[Queue("films")]
        )
"""

PUBLISHER = """
    import sys, sqlite_transport
    from kombu import Connection
    with Connection(sys.argv[1]) as connection:
        producer = connection.Producer()
        for number in range(int(sys.argv[3])):
            producer.publish([int(sys.argv[2]), number], serializer="json", routing_key="films")
"""

CONSUMER = """
    import json, sys, sqlite_transport
    from pathlib import Path
    from kombu import Connection, Consumer, Queue
    sys.path.insert(0, sys.argv[3])
    from receiving import drain_until_told
    seen = []
    def on_message(message):
        seen.append(message.decode())
        message.ack()
    with Connection(sys.argv[1]) as connection, connection.channel() as channel:
        channel.basic_qos(0, 8, False)
        with Consumer(channel, [Queue("films")], on_message=on_message, accept=["json"]):
            print("ready", flush=True)
            drain_until_told(connection, Path(sys.argv[2]))
    print(json.dumps(seen))
"""


def test_eight_processes_open_a_fresh_file_at_once(
    connection: Connection, run: Any, path: Any
) -> None:
    programs = [run(OPENER, f"sqlite:///{path}", number) for number in range(8)]
    for program in programs:
        assert program.read() == "ready"
    for program in programs:
        program.say()
    for program in programs:
        program.finish()

    assert sorted(take(connection, films, 8)) == list(range(8))


def test_processes_publish_and_consume_exactly_once(run: Any, path: Any, rows: Any) -> None:
    url = f"sqlite:///{path}"
    stop = path.with_name("stop")
    consumers = [run(CONSUMER, url, stop, TESTS) for _ in range(2)]
    for consumer in consumers:
        assert consumer.read() == "ready"
    publishers = [run(PUBLISHER, url, number, 300) for number in range(2)]
    for publisher in publishers:
        publisher.finish()
    stop.touch()
    seen = [json.loads(consumer.finish()) for consumer in consumers]

    counts = Counter(tuple(body) for each in seen for body in each)
    assert set(counts.values()) == {1}
    assert len(counts) == 600
    for each in seen:  # each publisher's messages come in their order
        for publisher in range(2):
            mine = [number for sender, number in each if sender == publisher]
            assert mine == sorted(mine)
    assert rows("SELECT status, count(*) FROM job_history GROUP BY 1") == [("completed", 600)]
    assert rows("SELECT count(*) FROM job_queue") == [(0,)]
    assert rows("SELECT count(*) FROM session") == [(0,)]
