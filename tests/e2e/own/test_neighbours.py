"""Workers notice each other: mingle at the start, gossip from then on."""

from ..local.deployment import Deployment


def test_workers_meet_and_part(deployment: Deployment) -> None:
    options = ["-P", "solo", "--chatty", "-E", "-l", "DEBUG"]
    first = deployment.start_worker(*options)
    assert "mingle: all alone" in first.logs()

    second = deployment.start_worker(*options)
    assert "mingle: sync with 1 nodes" in second.logs()
    first.wait_for_log(f"{second.hostname()} joined the party")

    second.kill("SIGTERM")
    assert second.process.wait() == 0, second.logs()
    first.wait_for_log(f"{second.hostname()} left")


def test_a_late_worker_knows_what_was_revoked(deployment: Deployment) -> None:
    deployment.start_worker("-P", "solo", "--chatty")
    control = deployment.app.control
    control.revoke("unwanted", reply=True, timeout=10, limit=1)
    late = deployment.start_worker("-P", "solo", "--chatty")
    inspect = control.inspect([late.hostname()], timeout=10, limit=1)
    assert inspect.revoked() == {late.hostname(): ["unwanted"]}


def test_shutdown_order(deployment: Deployment) -> None:
    worker = deployment.start_worker("-c", "1")
    deployment.app.control.shutdown(destination=[worker.hostname()])
    assert worker.process.wait() == 0, worker.logs()
