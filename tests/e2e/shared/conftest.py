"""One broker and two workers for all the tests that harm neither."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_celery import CeleryTestBroker, CeleryWorkerCluster

from ..local.backend import FileTestBackend
from ..local.broker import create_broker
from ..local.deployment import Deployment
from ..local.nursery import Nursery
from ..local.worker import LocalWorker


@pytest.fixture(scope="session")
def shared_directory(broker_kind: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp(f"shared-{broker_kind}")


@pytest.fixture(scope="session")
def celery_broker(
    broker_kind: str, nursery: Nursery, shared_directory: Path
) -> Iterator[CeleryTestBroker]:
    broker = create_broker(broker_kind, shared_directory, nursery)
    yield broker
    broker.teardown()


@pytest.fixture(scope="session")
def celery_backend(shared_directory: Path) -> FileTestBackend:
    return FileTestBackend.create(shared_directory)


@pytest.fixture(scope="session")
def deployment(
    celery_broker: CeleryTestBroker,
    celery_backend: FileTestBackend,
    nursery: Nursery,
    shared_directory: Path,
) -> Iterator[Deployment]:
    settings = {"worker_prefetch_multiplier": 2}
    deployment = Deployment(celery_broker, celery_backend, shared_directory, nursery, settings)
    yield deployment
    deployment.close()


@pytest.fixture(scope="session")
def celery_worker_cluster(deployment: Deployment) -> Iterator[CeleryWorkerCluster]:
    """Start two workers, which share the default queue and each have one of their own.

    Events are switched on afterwards: Celery cannot switch off those of `-E`.
    """
    lines = [["-Q", "celery,left"], ["-Q", "celery,right"]]
    options = ["-c", "2", "--heartbeat-interval", "1"]
    workers = [deployment.start_worker(*options, *line, ready=False) for line in lines]
    cluster = CeleryWorkerCluster(*workers)
    cluster.ready()
    deployment.app.control.enable_events(reply=True, timeout=60, limit=2)
    yield cluster
    cluster.teardown()


@pytest.fixture
def left(celery_worker_cluster: CeleryWorkerCluster) -> LocalWorker:
    worker: LocalWorker = celery_worker_cluster[0]
    return worker


@pytest.fixture
def right(celery_worker_cluster: CeleryWorkerCluster) -> LocalWorker:
    worker: LocalWorker = celery_worker_cluster[1]
    return worker
