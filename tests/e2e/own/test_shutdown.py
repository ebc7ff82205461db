"""A worker ends by itself: what it holds is finished or given back."""

import pytest

from ..app.settings import SETTINGS
from ..local.broker import on_sqlite_only
from ..local.deployment import Deployment
from ..local.knowing import wait_until_begun
from ..local.waiting import eventually

PREFETCH = {"worker_prefetch_multiplier": 4}
#: Of a worker whose period of grace is over when one of its jobs has ended, not by the clock.
GRACE = {"imports": [*SETTINGS["imports"], "app.grace"]}


@pytest.mark.parametrize("pool", ["prefork", "threads", "gevent"])
def test_warm_shutdown(deployment: Deployment, pool: str) -> None:
    """SIGTERM: what was begun is finished, and the rest goes back."""
    gate = deployment.gate()
    leaver = deployment.start_worker("-P", pool, "-c", "1", settings=PREFETCH)
    keys = [f"job-{n}" for n in range(8)]
    for key in keys:
        deployment.send("hold", key, str(gate))
    wait_until_begun(deployment, keys[0])
    leaver.kill("SIGTERM")
    leaver.wait_for_log("Warm shutdown")
    gate.touch()
    assert leaver.process.wait() == 0, leaver.logs()
    finished = deployment.journal.keys_of()
    assert deployment.journal.keys_of("started") == finished
    # Other pools count what waits for a free thread as begun.
    assert finished == keys[: 1 if pool == "prefork" else len(finished)]
    assert len(finished) < len(keys)

    deployment.start_worker("-P", pool, "-c", "1")
    deployment.journal.expect_keys(set(keys))
    assert set(deployment.journal.times("started").values()) == {1}


def test_cold_shutdown(deployment: Deployment) -> None:
    """SIGQUIT: the running task is cut off too, and runs again elsewhere."""
    leaver = deployment.start_worker("-c", "1", settings=PREFETCH)
    gate = deployment.gate()
    keys = {f"job-{n}" for n in range(3)}
    for n in range(3):
        deployment.send("hold", f"job-{n}", str(gate))
    wait_until_begun(deployment, "job-0")
    leaver.kill("SIGQUIT")
    leaver.process.wait()
    assert not deployment.journal.entries("done")

    gate.touch()
    deployment.start_worker("-c", "1")
    deployment.journal.expect_keys(keys)
    assert set(deployment.journal.times().values()) == {1}


def test_soft_shutdown(deployment: Deployment) -> None:
    """SIGQUIT with a period of grace: who ends within it is done, who does not runs again."""
    settings = {**PREFETCH, **GRACE, "worker_soft_shutdown_timeout": 3600.0}
    leaver = deployment.start_worker("-c", "2", settings=settings)
    soon, late = deployment.gate("soon"), deployment.gate("late")
    deployment.send("hold", "soon", str(soon))
    deployment.send("hold", "late", str(late))
    wait_until_begun(deployment, "soon", "late")
    leaver.kill("SIGQUIT")
    leaver.wait_for_log("Initiating Soft Shutdown")
    soon.touch()
    leaver.process.wait()
    assert deployment.journal.keys_of() == ["soon"]

    late.touch()
    deployment.start_worker("-c", "1")
    deployment.journal.expect("done", "late")
    assert deployment.journal.times() == {"soon": 1, "late": 1}
    assert deployment.journal.times("started") == {"soon": 1, "late": 2}


@on_sqlite_only
def test_prefetched_tasks_keep_their_place(deployment: Deployment) -> None:
    """What is given back runs before what came later."""
    leaver = deployment.start_worker("-c", "1", settings=PREFETCH)
    gate = deployment.gate()
    for n in range(6):
        deployment.send("hold", f"job-{n}", str(gate))
    wait_until_begun(deployment, "job-0")
    leaver.kill("SIGQUIT")
    leaver.process.wait()
    gate.touch()
    deployment.start_worker("-P", "solo")
    eventually(lambda: len(deployment.journal.entries("done")) == 6)
    assert deployment.journal.keys_of() == [f"job-{n}" for n in range(6)]
