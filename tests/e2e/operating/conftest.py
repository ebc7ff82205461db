"""One application for all tests of a module: with a file, and with Redis and a history.

Nothing but the settings tells the two apart, and so it should be for who operates.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from celery import Celery
from pytest_celery import CeleryTestBroker

from sqlite_transport.jobs import AnyJobs, open_jobs

from ..app.settings import SETTINGS
from ..local.backend import FileTestBackend
from ..local.broker import create_broker
from ..local.deployment import Deployment
from ..local.journal import Journal
from ..local.nursery import Nursery

#: Seconds in which every worker answers that is there at all.
PATIENCE = 60.0

IMPORTS = [*SETTINGS["imports"], "app.telling", "sqlite_transport.worker"]

#: One that is there always, one of its own, and remote control for both.
WORKER = ["-c", "2", "-Q", "celery,films", "-E"]


def operated(kind: str, directory: Path) -> dict[str, Any]:
    """Return the settings of an application that is operated on."""
    options = dict(SETTINGS["broker_transport_options"])
    if kind == "redis":
        options["history_url"] = f"sqlite:///{directory}/history.db"
    return {"imports": IMPORTS, "broker_transport_options": options}


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("operating")


@pytest.fixture(scope="module")
def celery_broker(
    broker_kind: str, nursery: Nursery, directory: Path
) -> Iterator[CeleryTestBroker]:
    broker = create_broker(broker_kind, directory, nursery)
    yield broker
    broker.teardown()


@pytest.fixture(scope="module")
def celery_backend(directory: Path) -> FileTestBackend:
    return FileTestBackend.create(directory)


@pytest.fixture(scope="module")
def deployment(
    broker_kind: str,
    celery_broker: CeleryTestBroker,
    celery_backend: FileTestBackend,
    nursery: Nursery,
    directory: Path,
) -> Iterator[Deployment]:
    settings = operated(broker_kind, directory)
    deployment = Deployment(celery_broker, celery_backend, directory, nursery, settings)
    yield deployment
    deployment.close()


def be_patient(app: Celery, deployment: Deployment) -> None:
    """Have the application wait for the answers of all workers that are there, and no longer.

    By itself it waits for a second, since it knows of none of them: on a machine that is busy
    elsewhere they may need longer.
    """
    broadcast = app.control.broadcast

    def broadcast_patiently(command: str, **options: Any) -> Any:
        workers = [each for each in deployment.running if each.name == "worker"]
        there = sum(each.status == "running" for each in workers)
        if there and options.get("reply"):
            options["timeout"] = PATIENCE
            options["limit"] = options.get("limit") or there
        return broadcast(command, **options)

    app.control.broadcast = broadcast_patiently


@pytest.fixture(scope="module")
def jobs(deployment: Deployment) -> AnyJobs:
    be_patient(deployment.app, deployment)
    return open_jobs(deployment.app)


@pytest.fixture
def key() -> str:
    """Return what no other test calls its job by."""
    return f"k{os.urandom(6).hex()}"


@pytest.fixture
def journal(deployment: Deployment) -> Journal:
    return deployment.journal
