"""Pools of connections and producers, shared by threads."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from kombu import Connection, Queue, pools
from kombu.exceptions import ConnectionLimitExceeded
from receiving import take

queue = Queue("films")


def test_a_pool_hands_out_no_more_than_its_limit(connection: Connection) -> None:
    pool = connection.Pool(limit=2)
    with pool.acquire(), pool.acquire(), pytest.raises(ConnectionLimitExceeded):
        pool.acquire(block=False)
    pool.force_close_all()


def test_a_released_connection_is_used_again(connection: Connection) -> None:
    pool = connection.Pool(limit=1)
    with pool.acquire() as first:
        first.Producer().publish("x", routing_key="films", declare=[queue])
    with pool.acquire() as second:
        second.Producer().publish("y", routing_key="films")
    pool.force_close_all()

    assert first is second
    assert take(connection, queue, 2) == ["x", "y"]


def test_threads_publish_through_pooled_producers(connection: Connection) -> None:
    queue(connection.channel()).declare()
    group = pools.Producers(limit=4)

    def publish(number: int) -> None:
        with group[connection].acquire(block=True) as producer:
            producer.publish(number, routing_key="films")

    with ThreadPoolExecutor(8) as executor:
        list(executor.map(publish, range(100)))
    group[connection].force_close_all()

    assert sorted(take(connection, queue, 100)) == list(range(100))
