"""How far a running job is: what its task says goes into its own row."""

from typing import Any, NamedTuple


class Word(NamedTuple):
    """What a task says of its progress; total and message may be unknown."""

    done: float
    total: float | None = None
    message: str | None = None

    @property
    def is_final(self) -> bool:
        """Whether all is done."""
        return self.total is not None and self.done >= self.total


class Speaker(NamedTuple):
    """The attempt at a task that says something, its worker's node, and since when it is heard."""

    task_id: str
    attempt: int
    worker: str
    since: float


# Of an attempt that is no longer running, or not yet, nothing can be said.
_RUNNING = "session IS NOT NULL AND status = 'processing' AND task_id = ? AND retry_count = ?"
WRITE = (
    "UPDATE job SET progress_done = ?, progress_total = ?, progress_message = ?"  # noqa: S608
    f" WHERE {_RUNNING}"
)
BEGIN = (
    "UPDATE job SET worker = nullif(?, ''), started_at = ?"  # noqa: S608
    f" WHERE {_RUNNING} AND worker IS NULL"
)


def write(connection: Any, speaker: Speaker, word: Word) -> None:
    """Write the word into the row of the job, if it is running; within the caller's transaction."""
    connection.execute(WRITE, (*word, speaker.task_id, speaker.attempt))


def begin(connection: Any, speaker: Speaker) -> None:
    """Note that the job has begun, before its first word.

    The worker's main process, which will know the time better, may say so later.
    """
    values = (speaker.worker, speaker.since, speaker.task_id, speaker.attempt)
    connection.execute(BEGIN, values)
