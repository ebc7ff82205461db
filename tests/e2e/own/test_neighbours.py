"""Workers notice each other: mingle at the start, gossip from then on."""

from ..app.settings import SETTINGS
from ..local.deployment import Deployment
from ..local.knowing import wait_until_idle
from ..local.worker import LocalWorker

#: Of a worker that waits for its neighbour's answer: Celery gives it a second.
PATIENT = {"imports": [*SETTINGS["imports"], "app.patient"]}


def start_neighbour(deployment: Deployment, *options: str) -> LocalWorker:
    """Start a worker that has heard of the other one at its start."""
    worker = deployment.start_worker(*options, settings=PATIENT)
    assert "mingle: sync with 1 nodes" in worker.logs()
    return worker


def test_workers_meet_and_part(deployment: Deployment) -> None:
    options = ["-P", "solo", "--chatty", "-E", "-l", "DEBUG"]
    first = deployment.start_worker(*options)
    assert "mingle: all alone" in first.logs()

    second = start_neighbour(deployment, *options)
    first.wait_for_log(f"{second.hostname()} joined the party")

    second.kill("SIGTERM")
    assert second.process.wait() == 0, second.logs()
    first.wait_for_log(f"{second.hostname()} left")


def test_a_late_worker_knows_what_was_revoked(deployment: Deployment) -> None:
    deployment.start_worker("-P", "solo", "--chatty")
    control = deployment.app.control
    assert control.revoke("unwanted", reply=True, timeout=60, limit=1)
    late = start_neighbour(deployment, "-P", "solo", "--chatty")
    inspect = control.inspect([late.hostname()], timeout=60, limit=1)
    assert inspect.revoked() == {late.hostname(): ["unwanted"]}


def test_shutdown_order(deployment: Deployment) -> None:
    worker = deployment.start_worker("-c", "1")
    wait_until_idle(deployment)  # so it hears what it is told
    deployment.app.control.shutdown(destination=[worker.hostname()])
    assert worker.process.wait() == 0, worker.logs()
