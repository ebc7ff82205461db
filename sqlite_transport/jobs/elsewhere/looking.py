"""Looking at jobs: one, those that workers hold, and those that have ended."""

import json
from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from sqlite_transport.arguments import JSON
from sqlite_transport.jobs import asked
from sqlite_transport.jobs.checks import moment_of
from sqlite_transport.jobs.elsewhere.archived import Archived
from sqlite_transport.jobs.elsewhere.asking import TIMEOUT
from sqlite_transport.jobs.elsewhere.cursor import Key, read_key, written
from sqlite_transport.jobs.elsewhere.holding import Holding
from sqlite_transport.jobs.elsewhere.kept_result import job_of_result, progress_of, result_of
from sqlite_transport.jobs.errors import NoSuchJob
from sqlite_transport.jobs.job import Job
from sqlite_transport.jobs.page import Page
from sqlite_transport.lists.keys import PARTS
from sqlite_transport.lists.wanted import Wanted
from sqlite_transport.status import OVER, PENDING

if TYPE_CHECKING:
    from sqlite_transport.history_store.browsing import Browsed

#: The name of the list of what has ended, in a cursor.
HISTORY = "history"

UNSEEN = (
    "the broker shows none of the messages that wait in it: stats() tells how many there are, "
    "and get(task_id) knows a job as soon as a worker has taken it"
)


class Looking(Archived, Holding):
    """What an operator sees."""

    def get(self, ref: int | str) -> Job:
        """Return a job by its task's id: how it ended, or what the worker tells that holds it.

        How it ended is in the history, with the earlier attempts, or else in
        the result backend, as far as that is told there. The progress of one
        that runs is in the result backend too.

        Raises:
            NoSuchJob: nothing is known of it, which a job that waits in the
                broker has in common with one that never was.
            OperationalError: broker, history or result backend cannot be reached.
        """
        task_id = named(ref)
        if self._archive is not None and (job := self._archive.get(task_id)) is not None:
            return job
        found, answered = self._find(task_id)
        if found is None:
            raise NoSuchJob(self._missing(task_id, answered))
        return found

    def find(self, ref: int | str) -> str:
        """Return a job's id, which is its task's; `ref` and errors as in `get`."""
        return str(self.get(ref).id)

    def list(
        self,
        *,
        type: str | None = None,  # noqa: A002 - what an operator calls it
        status: str | None = None,
        queue: str | None = None,
        text: str | None = None,
        limit: int = 50,
        after: str | None = None,
    ) -> Page:
        """Return a page of what workers hold; what waits in the broker cannot be seen.

        First what runs or was taken to run next (`processing`), the oldest
        first, then what waits in a worker for its time (`scheduled`), the next
        first. The workers are asked anew for each page. text: see the file's.

        Raises:
            NobodyAnswered: no worker has.
            NotOnThisBroker: `pending` jobs are asked for.
            JobError: what is asked makes no sense.
        """
        key = read_key(after, *PARTS)
        statuses = asked.statuses(status, PARTS, "what has ended is in the history")
        wanted = asked.wanted(type, queue, text)
        most = asked.limited(limit)
        if status == PENDING:
            self._refuse("list(status='pending')", UNSEEN)
        jobs = [job for job in self._held("list") if job.status in statuses]
        found = sorted(chosen(jobs, wanted), key=_place)
        if key is not None:
            found = [job for job in found if _place(job) > _rank(key)]
        shown = tuple(self._with_progress(job) for job in found[:most])
        return Page(shown, written(_key(shown[-1])) if len(found) > most else None)

    def history(
        self,
        *,
        type: str | None = None,  # noqa: A002 - what an operator calls it
        status: str | None = None,
        queue: str | None = None,
        text: str | None = None,
        since: object = None,
        until: object = None,
        limit: int = 50,
        after: str | None = None,
    ) -> Page:
        """Return a page of what has ended, the newest end first, from `history_url`.

        All that is in that database is shown, also what another broker of the
        application has left there. The rest is as with a file.

        Raises:
            NotOnThisBroker: there is no `history_url`.
            JobError: what is asked makes no sense.
            OperationalError: the database cannot be used now.
        """
        key = read_key(after, HISTORY)
        statuses = asked.statuses(status, OVER, "what is still to be done is in the list")
        wanted = asked.wanted(type, queue, text)
        most = asked.limited(limit)
        meant = browsed(statuses, wanted, since, until)
        archive = self._history_for("history")
        from sqlite_transport.history_store.browsing import Place

        jobs, place = archive.page(
            meant,
            wanted.words,
            None if key is None else Place(key[1], key[2]),
            most,
        )
        return Page(tuple(jobs), written(place and (HISTORY, *place)))

    def _find(self, task_id: str) -> tuple[Job | None, int]:
        """Return what is known of a task, and how many workers have answered."""
        held, answered = self._held_task(task_id)
        if held is not None:
            return self._with_progress(held), answered
        return self._ended(task_id), answered

    def _ended(self, task_id: str) -> Job | None:
        """Return what is known of a task that no worker holds."""
        job = self._archive.get(task_id) if self._archive else None
        if job is None and (found := result_of(self.app, task_id)) is not None:
            job = job_of_result(task_id, found)
        return job

    def _with_progress(self, job: Job) -> Job:
        if job.started_at is None:
            return job
        return replace(job, progress=progress_of(self.app, str(job.id)))

    def _missing(self, task_id: str, answered: int) -> str:
        who = (
            f"none of the {answered} workers that answered holds it"
            if answered
            else f"no worker has answered within {TIMEOUT:g} s, so one may hold it"
        )
        where = "" if self._archive else " (there is no history_url)"
        return (
            f"nothing is known of the job {task_id!r}: {who}, and neither the history{where} nor "
            "the result backend has it; a job that waits in the broker cannot be seen"
        )


def named(ref: int | str) -> str:
    """Return the task's id.

    Raises:
        NoSuchJob: it is none.
    """
    if not isinstance(ref, str) or not ref:
        raise NoSuchJob(f"on this broker a job is named by its task's id, a text, not by {ref!r}")
    return ref


def chosen(jobs: Iterable[Job], wanted: Wanted) -> Iterable[Job]:
    """Give those of the jobs that meet what is wanted."""
    for job in jobs:
        body = _body(job) if wanted.words else None
        if wanted.admits((job.type, job.queue, False, body, JSON)):
            yield job


def _body(job: Job) -> str:
    return json.dumps([job.args or [], job.kwargs or {}, {}], default=str)


def browsed(statuses: Iterable[str], wanted: Wanted, since: object, until: object) -> "Browsed":
    """Return which entries of the history are meant.

    Raises:
        JobError: a time is none.
    """
    from sqlite_transport.history_store.browsing import Browsed

    return Browsed(
        tuple(statuses),
        wanted.type,
        wanted.queue,
        None if since is None else moment_of("since", since),
        None if until is None else moment_of("until", until),
    )


def _key(job: Job) -> Key:
    moment = job.due_at if job.status == PARTS[-1] else job.started_at
    # What has not begun comes after what has.
    return job.status, 1e12 if moment is None else moment, str(job.id)


def _rank(key: Key) -> tuple[int, float, str]:
    return PARTS.index(key[0]), key[1], key[2]


def _place(job: Job) -> tuple[int, float, str]:
    return _rank(_key(job))
