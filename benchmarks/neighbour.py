"""One that works on the same file meanwhile: `python -m benchmarks.neighbour URL OPTIONS`.

Publishes a message and takes it, again and again without pause, so there are
commits of another process all the time and the queue keeps its length. It
says `ready` when it has begun, and goes on until it is killed.
"""

import json
import sys

from kombu import Connection, Consumer, Message, Queue

from benchmarks.messages import task_messages

QUEUE = Queue("neighbour")
PATIENCE = 30.0


def work(url: str, options: dict[str, object]) -> None:
    """Publish and take for ever."""
    with Connection(url, transport_options=options) as connection:
        taken = _take(connection)
        with connection.Producer() as producer:
            for number, message in enumerate(task_messages()):
                producer.publish(
                    message.body,
                    routing_key=QUEUE.name,
                    declare=[QUEUE] if not number else [],
                    serializer="json",
                    headers=message.headers,
                    **message.properties,
                )
                while len(taken) <= number:
                    connection.drain_events(timeout=PATIENCE)
                if not number:
                    print("ready", flush=True)


def _take(connection: Connection) -> list[None]:
    taken: list[None] = []

    def on_message(message: Message) -> None:
        message.ack()
        taken.append(None)

    Consumer(connection, [QUEUE], on_message=on_message).consume()
    return taken


if __name__ == "__main__":
    url, options = sys.argv[1:]
    work(url, json.loads(options))
