"""A recorded consumer: claims and acks until a queue's worth of messages has come.

consumer.py DATABASE COUNT
"""

import sys

import kombu

import sqlite_transport  # noqa: F401 - makes the scheme known


def main(url: str, count: int) -> None:
    seen = 0
    with kombu.Connection(url) as connection:
        queues = [kombu.Queue(f"queue-{number}") for number in range(3)]

        def on_message(message: kombu.Message) -> None:
            nonlocal seen
            seen += 1
            message.ack()

        with kombu.Consumer(connection, queues, on_message=on_message, prefetch_count=8):
            while seen < count:
                connection.drain_events(timeout=300)


if __name__ == "__main__":
    main(f"sqlite:///{sys.argv[1]}", int(sys.argv[2]))
