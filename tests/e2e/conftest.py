"""pytest-celery's fixtures, on local processes instead of containers.

Every test runs once on each broker, with a broker and workers of its own; the
tests in `shared/` share them, since they leave both as they found them.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from celery import Celery
from pytest_celery import CeleryTestBackend, CeleryTestBroker, CeleryWorkerCluster

from .local.backend import FileTestBackend
from .local.broker import create_broker
from .local.deployment import Deployment
from .local.journal import Journal
from .local.nursery import Nursery
from .local.tables import Tables
from .local.worker import LocalWorker, LocalWorkerContainer


@pytest.fixture(scope="session")
def nursery() -> Iterator[Nursery]:
    nursery = Nursery()
    yield nursery
    nursery.close()


@pytest.fixture(scope="session", params=["sqlite", "redis"])
def broker_kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def celery_broker(broker_kind: str, nursery: Nursery, tmp_path: Path) -> Iterator[CeleryTestBroker]:
    broker = create_broker(broker_kind, tmp_path, nursery)
    yield broker
    broker.teardown()


@pytest.fixture
def celery_backend(tmp_path: Path) -> CeleryTestBackend:
    return FileTestBackend.create(tmp_path)


@pytest.fixture
def settings() -> dict[str, object]:
    """Celery settings for every program of a test; for a test module to override."""
    return {}


@pytest.fixture
def worker_arguments() -> list[list[str]]:
    """One command line for each worker of `celery_setup`; for a test module to override."""
    return [["-c", "1"]]


@pytest.fixture
def deployment(
    celery_broker: CeleryTestBroker,
    celery_backend: CeleryTestBackend,
    nursery: Nursery,
    tmp_path: Path,
    settings: dict[str, object],
) -> Iterator[Deployment]:
    deployment = Deployment(celery_broker, celery_backend, tmp_path, nursery, settings)
    yield deployment
    deployment.close()


@pytest.fixture
def tables(deployment: Deployment) -> Iterator[Tables]:
    tables = Tables(deployment.directory / "queue.db")
    yield tables
    tables.close()


@pytest.fixture
def journal(deployment: Deployment) -> Journal:
    return deployment.journal


@pytest.fixture
def celery_worker_cluster(
    deployment: Deployment, worker_arguments: list[list[str]]
) -> Iterator[CeleryWorkerCluster]:
    workers = [deployment.start_worker(*line, ready=False) for line in worker_arguments]
    cluster = CeleryWorkerCluster(*workers)
    cluster.ready()
    yield cluster
    cluster.teardown()


@pytest.fixture
def celery_worker(celery_worker_cluster: CeleryWorkerCluster) -> LocalWorker:
    worker: LocalWorker = celery_worker_cluster[0]
    return worker


@pytest.fixture
def celery_setup_app(deployment: Deployment) -> Celery:
    deployment.app.set_current()
    return deployment.app


@pytest.fixture(scope="session")
def default_worker_container_session_cls() -> type[LocalWorkerContainer]:
    return LocalWorkerContainer


@pytest.fixture
def default_worker_container_cls() -> type[LocalWorkerContainer]:
    return LocalWorkerContainer


@pytest.fixture
def default_worker_container(celery_worker: LocalWorker) -> LocalWorkerContainer:
    return celery_worker.container
