"""A pool process is killed under its task; the worker lives on.

Celery looks for lost processes every five seconds, which is the length of these tests.
"""

from ..local.broker import on_sqlite_only
from ..local.deployment import Deployment
from ..local.tables import Tables
from ..local.waiting import eventually


def test_task_runs_again(deployment: Deployment) -> None:
    deployment.start_worker("-c", "1")
    task_id = deployment.send("deadly", "victim", 1)
    done = deployment.journal.expect("done", "victim")
    assert (done["id"], done["redelivered"]) == (task_id, True)
    assert len(deployment.journal.entries("started", "victim")) == 2


def test_stored_success_is_not_repeated(deployment: Deployment) -> None:
    """Its process dies after the result was stored: Celery acks it."""
    deployment.start_worker("-c", "1")
    deployment.send("last_words", "once", "pool process")
    deployment.journal.expect("done", "once")
    deployment.send("note", "after")
    deployment.journal.expect("done", "after")
    assert len(deployment.journal.entries("done", "once")) == 1


@on_sqlite_only
def test_poison_task_ends(deployment: Deployment, tables: Tables) -> None:
    """Which would kill its process for ever: after `max_deliveries` it is given up."""
    deployment.start_worker("-c", "1")
    poison = deployment.send("deadly", "poison", 1000)
    [row] = eventually(lambda: tables.rows("job_history", "task_id = ?", poison))
    assert row["status"] == "failed"
    assert len(deployment.journal.entries("started", "poison")) == 5
    assert tables.rows("job_queue") == []


@on_sqlite_only
def test_bound_of_deliveries_is_an_option(deployment: Deployment, tables: Tables) -> None:
    deployment.start_worker("-c", "1", settings={"broker_transport_options": {"max_deliveries": 2}})
    poison = deployment.send("deadly", "poison", 1000)
    [row] = eventually(lambda: tables.rows("job_history", "task_id = ?", poison))
    assert row["status"] == "failed"
    assert len(deployment.journal.entries("started", "poison")) == 2
