"""On another broker tasks run as ever: payloads are checked, the rest is told in the log once."""

from collections.abc import Iterator

import pytest
from celery import Celery
from pydantic import BaseModel

from sqlite_transport.task import InvalidPayload, Task


class Request(BaseModel):
    directory: str


@pytest.fixture
def memory() -> Iterator[Celery]:
    app = Celery("elsewhere", broker="memory://localhost", set_as_current=False)
    app.conf.task_ignore_result = True
    app.control.purge()
    yield app
    app.control.purge()
    app.close()


def test_nothing_is_unique_or_limited_and_the_log_says_so_once(
    memory: Celery, caplog: pytest.LogCaptureFixture
) -> None:
    options = {"unique": "until_done", "limit_on": ("a",), "shared": False}

    @memory.task(name="elsewhere.scan", base=Task, **options)
    def scan(a: int) -> None: ...

    ids = {scan.delay(1).id for _ in range(3)}

    assert len(ids) == 3
    with memory.connection_for_read() as connection:
        messages = [connection.SimpleQueue("celery").get(block=False) for _ in range(3)]
        for message in messages:
            message.ack()
    assert [message.headers.get("unique") for message in messages] == [None] * 3
    assert [each.message for each in caplog.records if each.levelname == "WARNING"] == [
        "elsewhere.scan: unique and limit_on are not enforced on a memory:// broker, only on sqlite://"
    ]


def test_a_payload_is_checked(memory: Celery) -> None:
    @memory.task(name="elsewhere.check", base=Task, payload=Request, shared=False)
    def check(request: Request) -> None: ...

    with pytest.raises(InvalidPayload, match=r"elsewhere\.check: directory: Field required"):
        check.delay()
    check.delay(directory="/a")

    with memory.connection_for_read() as connection:
        message = connection.SimpleQueue("celery").get(block=False)
        message.ack()
    assert message.payload[:2] == [[], {"directory": "/a"}]


def test_a_plain_task_of_this_class_says_nothing(
    memory: Celery, caplog: pytest.LogCaptureFixture
) -> None:
    @memory.task(name="elsewhere.plain", base=Task, shared=False)
    def plain(a: int) -> None: ...

    plain.delay(1)

    assert caplog.records == []
