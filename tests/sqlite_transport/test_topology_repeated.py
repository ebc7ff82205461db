"""What another process deletes, this one declares again when it publishes."""

from typing import Any

import pytest
from kombu import Connection, Exchange, Queue
from sending import send_job

DELETER = """
    import sys, sqlite_transport
    from kombu import Connection
    with Connection(sys.argv[1]) as connection, connection.channel() as channel:
        for what, name in zip(sys.argv[2::2], sys.argv[3::2]):
            getattr(channel, f"{what}_delete")(name)
"""

DECLARER = """
    import sys, sqlite_transport
    from kombu import Connection, Exchange, Queue
    with Connection(sys.argv[1]) as connection, connection.channel() as channel:
        Queue("films", Exchange("shop", sys.argv[2]), "film.#")(channel).declare()
"""


@pytest.fixture
def delete(run: Any, path: Any) -> Any:
    return lambda *what: run(DELETER, f"sqlite:///{path}", *what).finish()


def waiting(rows: Any) -> int:
    ((count,),) = rows("SELECT count(*) FROM job_queue WHERE queue = 'films'")
    return int(count)


@pytest.mark.parametrize("kind", ["direct", "topic", "fanout"])
@pytest.mark.parametrize(
    "deleted",
    [["queue", "films"], ["exchange", "shop"], ["queue", "films", "exchange", "shop"]],
    ids=["queue", "exchange", "both"],
)
def test_queue_exchange_and_binding_come_back(
    connection: Connection, delete: Any, rows: Any, kind: str, deleted: list[str]
) -> None:
    queue = Queue("films", Exchange("shop", kind), "film.added", max_length=7)
    producer = connection.Producer()
    send_job(producer, 1, exchange="shop", queue="film.added", declare=[queue])
    delete(*deleted)

    send_job(producer, 2, exchange="shop", queue="film.added", declare=[queue])

    assert waiting(rows) == (2 if deleted == ["exchange", "shop"] else 1)
    assert rows("SELECT type FROM exchange WHERE name = 'shop'") == [(kind,)]
    assert rows("SELECT max_length FROM queue WHERE name = 'films'") == [(7,)]


@pytest.mark.parametrize("kind", ["topic", "fanout"])
def test_an_exchange_that_another_process_made_first_comes_back_with_its_type(
    connection: Connection, delete: Any, rows: Any, run: Any, path: Any, kind: str
) -> None:
    run(DECLARER, f"sqlite:///{path}", kind).finish()
    queue = Queue("films", Exchange("shop", kind), "film.#")
    queue(connection.channel()).declare()
    delete("exchange", "shop")

    send_job(connection.Producer(), 1, exchange="shop", queue="film.added")

    assert waiting(rows) == 1
    assert rows("SELECT type FROM exchange WHERE name = 'shop'") == [(kind,)]


def test_a_queue_of_the_default_exchange_comes_back_as_it_was(
    connection: Connection, delete: Any, rows: Any
) -> None:
    Queue("films", max_length=7)(connection.channel()).declare()
    delete("queue", "films")

    send_job(connection.Producer(), 1)

    assert rows("SELECT max_length FROM queue WHERE name = 'films'") == [(7,)]
    assert waiting(rows) == 1


def test_what_this_process_deleted_itself_stays_deleted(connection: Connection, rows: Any) -> None:
    queue = Queue("films", Exchange("shop"), "film")(connection.channel())
    queue.declare()
    queue.delete()

    connection.Producer().publish("x", exchange="shop", routing_key="film")

    assert rows("SELECT name FROM queue") == []


def test_what_this_process_unbound_itself_stays_unbound(connection: Connection, rows: Any) -> None:
    queue = Queue("films", Exchange("shop"), "film")(connection.channel())
    queue.declare()
    queue.unbind_from(Exchange("shop"), "film")

    connection.Producer().publish("x", exchange="shop", routing_key="film")

    assert waiting(rows) == 0


def test_what_was_to_end_by_itself_is_not_made_again(
    connection: Connection, delete: Any, rows: Any
) -> None:
    Queue("films", auto_delete=True)(connection.channel()).declare()
    delete("queue", "films")

    connection.Producer().publish("x", routing_key="films", delivery_mode=1)

    assert rows("SELECT name FROM queue") == []
