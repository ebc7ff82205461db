"""Pause a queue, so that from then on nothing of it is taken."""

from sqlite_transport.jobs import AnyJobs, Control

from ..local.journal import Journal


def pause_films(jobs: AnyJobs, journal: Journal, key: str) -> Control:
    """Pause `films`, and wait until no worker asks for its jobs any more.

    A question to Redis that names several queues may be under way, and takes what comes into
    any of them: a job of another queue is its answer.
    """
    control = jobs.pause(queue="films")
    jobs.add("note", (f"before-{key}",))
    journal.expect("done", f"before-{key}")
    return control
