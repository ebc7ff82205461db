"""An application, its file, and an operator's hand on it."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from subprocess import PIPE

import pytest
from celery import Celery
from kombu import Producer, Queue

FILMS = Queue("films")


@pytest.fixture
def producer(app: Celery) -> Iterator[Producer]:
    with app.connection_for_write() as connection, connection.Producer() as producer:
        FILMS(connection.default_channel).declare()
        yield producer


@pytest.fixture
def run() -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Start Python programs, which are killed when the test ends."""
    running: list[subprocess.Popen[str]] = []

    def run(source: str, *arguments: object) -> subprocess.Popen[str]:
        command = [sys.executable, "-c", source, *map(str, arguments)]
        running.append(subprocess.Popen(command, stdin=PIPE, stdout=PIPE, text=True))
        return running[-1]

    yield run
    for process in running:
        process.kill()
        process.communicate()
