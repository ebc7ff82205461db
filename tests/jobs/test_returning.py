"""What dead processes have left goes back, and a queue is emptied."""

import pytest
from celery import Celery

from sqlite_transport.jobs import JobError, Jobs


def hold(jobs: Jobs, session: int) -> None:
    """Have a session take all that is ready."""
    with jobs.broker.database.writing as connection:
        connection.execute(
            "UPDATE job SET status = 'processing', session = ?, deliveries = deliveries + 1,"
            " started_at = 1 WHERE status = 'pending'",
            (session,),
        )


def test_the_jobs_of_a_dead_session(jobs: Jobs) -> None:
    session = jobs.broker.begin_session()
    ids = [jobs.add("scan").id for _ in range(5)]
    hold(jobs, session)
    with jobs.broker.database.writing as connection:
        connection.execute("UPDATE job SET accepted = 1 WHERE id = ?", ids[:1])
        connection.execute("UPDATE job SET cancel_requested_at = 1 WHERE id = ?", ids[1:2])
        connection.execute("UPDATE job SET deliveries = 5 WHERE id = ?", ids[2:3])
    assert jobs.reset_stalled() == 0, "it lives"
    jobs.broker.abandon_session(session)

    assert jobs.reset_stalled() == 2

    statuses = [jobs.get(each).status for each in ids]
    assert statuses == ["failed", "cancelled", "failed", "pending", "pending"]
    assert [each.status for each in jobs.get(ids[3]).attempts] == ["lost"]
    assert jobs.reset_stalled() == 0


def test_the_jobs_of_a_session_that_nobody_knows(jobs: Jobs) -> None:
    job = jobs.add("scan")
    hold(jobs, 77)

    assert jobs.reset_stalled() == 1
    assert jobs.get(job.id).status == "pending"


def test_a_purge(app: Celery, jobs: Jobs) -> None:
    for countdown in (None, None, 3600):
        jobs.add("scan", queue="films", countdown=countdown)
    kept = jobs.add("scan", queue="series")

    with pytest.raises(JobError, match="there is no queue 'film'; there are: films"):
        jobs.purge("film")
    assert jobs.purge("films") == 3

    assert {jobs.get(number).status for number in (1, 2, 3)} == {"cancelled"}
    assert jobs.get(kept.id).status == "pending"


def test_a_purge_where_there_is_no_queue(jobs: Jobs) -> None:
    with pytest.raises(JobError, match="there are: none"):
        jobs.purge("films")
