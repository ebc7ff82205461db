"""kombu's mailboxes: how Celery's remote control travels."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest
from kombu import Connection
from kombu.pidbox import Mailbox, Node
from receiving import eventually

from .broker import Broker


class Office:
    """Nodes that answer in threads of their own."""

    def __init__(self, broker: Broker) -> None:
        self.broker = broker
        self.stop = threading.Event()
        self.threads: list[threading.Thread] = []
        self.heard: list[Any] = []

    def open(self, hostname: str) -> None:
        ready = threading.Event()
        thread = threading.Thread(target=self._serve, args=(hostname, ready))
        self.threads.append(thread)
        thread.start()
        assert ready.wait(60)

    def _serve(self, hostname: str, ready: threading.Event) -> None:
        with self.broker.connect() as connection:
            node = Mailbox("office")(connection).Node(hostname)
            node.handlers = {"add": add, "note": self.note}
            node.channel = connection.channel()
            with listening(node):
                with suppress(TimeoutError):
                    connection.drain_events(timeout=0.3)
                ready.set()
                while not self.stop.is_set():
                    with suppress(TimeoutError):
                        connection.drain_events(timeout=0.05)

    def note(self, state: object, text: str) -> None:
        self.heard.append(text)

    def close(self) -> None:
        self.stop.set()
        for thread in self.threads:
            thread.join(60)


@contextmanager
def listening(node: Node) -> Iterator[None]:
    consumer = node.listen(callback=node.handle_message)
    try:
        yield
    finally:
        consumer.cancel()


def add(state: object, x: int, y: int) -> int:
    return x + y


@pytest.fixture
def office(broker: Broker) -> Iterator[Office]:
    office = Office(broker)
    yield office
    office.close()


def mailbox(connection: Connection) -> Mailbox:
    return Mailbox("office")(connection)


def test_call_asks_one_node(office: Office, connection: Connection) -> None:
    office.open("a")
    office.open("b")

    replies = mailbox(connection).call(["b"], "add", {"x": 2, "y": 3}, timeout=60)

    assert replies == [{"b": 5}]


def test_multi_call_asks_all_nodes(office: Office, connection: Connection) -> None:
    office.open("a")
    office.open("b")

    replies = mailbox(connection).multi_call("add", {"x": 1, "y": 1}, timeout=60, limit=2)

    assert sorted(replies, key=str) == [{"a": 2}, {"b": 2}]


def test_abcast_tells_all_nodes_and_waits_for_none(office: Office, connection: Connection) -> None:
    office.open("a")
    office.open("b")

    mailbox(connection).abcast("note", {"text": "tea"})

    eventually(lambda: office.heard == ["tea", "tea"])


def test_a_node_that_is_not_there_does_not_answer(office: Office, connection: Connection) -> None:
    office.open("a")

    assert mailbox(connection).call(["z"], "add", {"x": 1, "y": 1}, timeout=0.3) == []
