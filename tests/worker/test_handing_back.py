"""A job that may not begin, since its gate was shut meanwhile, goes back to its queue."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from billiard.einfo import ExceptionInfo
from celery import Celery
from celery.concurrency import get_implementation
from celery.worker.request import create_request_cls

from sqlite_transport.database import open_database
from sqlite_transport.worker.held_back import HeldBack
from sqlite_transport.worker.request import Request


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Celery]:
    path = tmp_path.resolve() / "queue.db"
    app = Celery("films", broker=f"sqlite:///{path}", set_as_current=False)
    yield app
    app.close()
    open_database(path).close()


def held_back() -> ExceptionInfo:
    try:
        raise HeldBack("the breaker of scan is open")
    except HeldBack:
        return ExceptionInfo()


@pytest.mark.parametrize("acks_late", [False, True])
@pytest.mark.parametrize("is_on_its_way", [False, True])
def test_it_goes_back_wherever_its_acknowledgement_is(
    app: Celery, acks_late: bool, is_on_its_way: bool
) -> None:
    """A pool's thread has the event loop acknowledge and reject, which it does when it can."""

    @app.task(name="scan", shared=False, acks_late=acks_late)
    def scan() -> None: ...

    later: list[Any] = []

    def event_loop(settle: Any) -> Any:
        def call(*arguments: Any) -> None:
            if is_on_its_way:
                later.append((settle, arguments))
            else:
                settle(*arguments)

        return call

    sent = scan.delay()
    with app.connection_for_read() as connection:
        queue = connection.SimpleQueue("celery")
        message = queue.get(timeout=240)
        pool = get_implementation("solo")(1)
        made = create_request_cls(Request, scan, pool, "here", None, app=app)
        request = made(
            message,
            app=app,
            hostname="here",
            task=scan,
            on_ack=event_loop(message.ack_log_error),
            on_reject=event_loop(message.reject_log_error),
        )

        request.on_accepted(1, 0)
        request.on_failure(held_back())
        for settle, arguments in later:
            settle(*arguments)

        again = queue.get(timeout=240)
        assert (again.headers["id"], again.delivery_info["redelivered"]) == (sent.id, False)
        again.ack()
        queue.close()
