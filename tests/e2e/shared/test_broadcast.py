"""One message to every worker."""

import uuid

from kombu import Exchange
from pytest_celery import CeleryWorkerCluster

from ..local.deployment import Deployment
from ..local.waiting import eventually


def test_every_worker_hears_a_broadcast_task(
    deployment: Deployment, celery_worker_cluster: CeleryWorkerCluster
) -> None:
    key = uuid.uuid4().hex[:8]
    control, news = deployment.app.control, Exchange(f"news-{key}", type="fanout")
    queues = {w.hostname(): f"{news.name}-{w.hostname()}" for w in celery_worker_cluster}
    for host, queue in queues.items():
        one = {"destination": [host], "reply": True, "timeout": 60, "limit": 1}
        assert control.add_consumer(
            queue, exchange=news.name, exchange_type="fanout", routing_key="news", **one
        )
    eventually(lambda: heard(deployment, f"{key}-all-listen", news) == set(queues), interval=0.3)
    publish(deployment, key, news)
    deployment.journal.expect("done", key, count=2)
    assert {entry["host"] for entry in deployment.journal.entries("done", key)} == set(queues)
    for host, queue in queues.items():
        control.cancel_consumer(queue, destination=[host])


def publish(deployment: Deployment, key: str, exchange: Exchange) -> None:
    where = {"exchange": exchange.name, "exchange_type": exchange.type, "routing_key": "news"}
    deployment.send("note", key, declare=[exchange], **where)


def heard(deployment: Deployment, key: str, exchange: Exchange) -> set[str]:
    """Publish to the exchange once more, and tell which workers heard any of it so far.

    On Redis a worker misses what is published before its subscription.
    """
    publish(deployment, key, exchange)
    return {entry["host"] for entry in deployment.journal.entries("done", key)}
