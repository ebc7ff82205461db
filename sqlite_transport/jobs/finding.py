"""One job, by what people call it."""

from functools import cached_property
from typing import TYPE_CHECKING, Any

from sqlite_transport.jobs.errors import JobError, NoSuchJob
from sqlite_transport.jobs.job import COLUMNS, Attempt, Job, job_from
from sqlite_transport.jobs.part import Part
from sqlite_transport.lists.tasks import exists, find_task

if TYPE_CHECKING:
    from sqlite_transport.jobs.archive import Archive

JOB = f"SELECT {COLUMNS} FROM job WHERE id = ?"  # noqa: S608
ATTEMPTS = (
    "SELECT status, error, traceback, worker, retry_count, started_at, completed_at"
    " FROM job_attempt WHERE job_id = ? ORDER BY completed_at, id"
)

#: Digits that the number of a job has at most.
DIGITS = 19


class Finding(Part):
    """Finding a job, wherever it is by now."""

    def get(self, ref: int | str) -> Job:
        """Return a job with its earlier attempts; `ref` as in `find`.

        Raises:
            NoSuchJob: there is none, or it is not kept any longer.
        """
        number = self.find(ref)
        job = read_job(self.broker.database.reader, number)
        if job is None and self._archive:
            job = self._archive.get(number)
        if job is None:
            raise NoSuchJob(self._missing(number))
        return job

    def find(self, ref: int | str) -> int:
        """Return the number of a job that is in the file or in its history elsewhere.

        ref: its number, as a whole number or as digits, or its task's id. Of
            several jobs of one task it is one that is still to be done, or
            else the newest. In a long file the first search by a task's id
            may take a second or two; see `sqlite_transport.search`.

        Raises:
            NoSuchJob: there is none.
        """
        job = self._find_here(ref)
        if job is None and self._archive:
            number = number_of(ref)
            if number is None:
                job = self._archive.find_task(str(ref))
            elif self._archive.get(number):
                job = number
        if job is None:
            raise NoSuchJob(self._missing(ref))
        return job

    def _here(self, ref: int | str) -> int:
        """Return the number of a job that is in the file; `ref` as in `find`.

        Raises:
            NoSuchJob: there is none.
        """
        job = self._find_here(ref)
        if job is None:
            raise NoSuchJob(self._missing(ref))
        return job

    def _find_here(self, ref: int | str) -> int | None:
        number, database = number_of(ref), self.broker.database
        if number is None:
            return find_task(database, str(ref))
        return number if exists(database, number) else None

    def _missing(self, ref: int | str) -> str:
        kind = "job" if number_of(ref) is not None else "job of the task"
        return (
            f"there is no {kind} {ref} in {self.broker.database.path}: it was never there, left "
            "no history, or is not kept any longer"
        )

    @cached_property
    def _archive(self) -> "Archive | None":
        url = self.options.history_url
        if not url:
            return None
        # It brings SQLAlchemy along, which takes a while to import.
        from sqlite_transport.jobs.archive import Archive

        return Archive(self.broker.database, url)


def number_of(ref: int | str) -> int | None:
    """Return the number that a job is named by, None if it is a task's id.

    Raises:
        JobError: it is neither.
    """
    if isinstance(ref, bool) or not isinstance(ref, int | str):
        raise JobError(f"a job is named by its number or its task's id, not by {ref!r}")
    if isinstance(ref, int):
        return ref
    if ref.isascii() and ref.isdigit():
        # Python refuses to read a number of thousands of digits; no job has number 0.
        return int(ref) if len(ref) <= DIGITS else 0
    return None


def read_job(connection: Any, number: int) -> Job | None:
    """Return the job with its attempts, None if it is not there."""
    row = connection.execute(JOB, (number,)).fetchone()
    if row is None:
        return None
    attempts = connection.execute(ATTEMPTS, (number,)).fetchall()
    return job_from(row, tuple(Attempt(*each) for each in attempts))
