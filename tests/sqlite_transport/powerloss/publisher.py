"""A recorded publisher: marks in the log each message that `publish` has accepted.

publisher.py DATABASE HOW OPTIONS NAME COUNT ROUNDS SIZE
    Publishes COUNT messages of about SIZE bytes in each of ROUNDS
    connections, in one of the ways below, and closes the file after each
    round; but with `leave` it ends without closing it.
"""

import ctypes
import os
import sys
from collections.abc import Iterable
from pathlib import Path
from threading import Thread

import kombu

from sqlite_transport.database import close_databases

RECORDER = ctypes.CDLL(None)
THREADS = 3


def accepted(*task_ids: str) -> None:
    for task_id in task_ids:
        RECORDER.record_mark(task_id.encode())


def message(task_id: str, number: int, size: int) -> dict[str, object]:
    return {
        "body": "x" * (size + number % 7 * size // 3),
        "routing_key": f"queue-{number % 3}",
        "priority": number % 10,
        "headers": {"task": "recorded", "id": task_id},
    }


def one_by_one(url: str, name: str, numbers: Iterable[int], size: int) -> None:
    with kombu.Connection(url) as connection:
        producer = connection.Producer()
        for number in numbers:
            task_id = f"{name}-{number}"
            producer.publish(**message(task_id, number, size))
            accepted(task_id)


def in_a_batch(url: str, name: str, numbers: Iterable[int], size: int) -> None:
    with kombu.Connection(url) as connection:
        producer = connection.Producer()
        with producer.batch():
            for number in numbers:
                producer.publish(**message(f"{name}-{number}", number, size))
        accepted(*(f"{name}-{number}" for number in numbers))


def in_threads(url: str, name: str, numbers: Iterable[int], size: int) -> None:
    threads = [
        Thread(target=one_by_one, args=(url, f"{name}-{each}", numbers, size))
        for each in range(THREADS)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def leave(url: str, name: str, numbers: Iterable[int], size: int) -> None:
    one_by_one(url, name, numbers, size)
    os._exit(0)


WAYS = {"one": one_by_one, "batch": in_a_batch, "threads": in_threads, "leave": leave}


def main(
    database: Path, how: str, options: str, name: str, count: int, rounds: int, size: int
) -> None:
    for each in range(rounds):
        WAYS[how](
            f"sqlite:///{database}?{options}", name, range(each * count, (each + 1) * count), size
        )
        close_databases()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], sys.argv[3], sys.argv[4], *map(int, sys.argv[5:]))
