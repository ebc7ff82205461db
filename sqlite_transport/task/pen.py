"""Writing down what a task says of its progress, not more often than anybody could read it."""

import logging
import threading
import time
from abc import ABC, abstractmethod
from pathlib import Path
from typing import Any

from billiard.exceptions import SoftTimeLimitExceeded

from sqlite_transport import progress
from sqlite_transport.broker import open_broker
from sqlite_transport.progress import Speaker, Word

logger = logging.getLogger("sqlite_transport")

#: Seconds between two words that are written.
PACE = 0.25


class Pen(ABC):
    """What writes the words of one attempt at a task. Several threads may use it."""

    def __init__(self, task_id: str) -> None:
        self.task_id = task_id
        # A signal handler may say something too, in the middle of this.
        self._lock = threading.RLock()
        self._write_at = 0.0
        self._has_failed = False

    def say(self, word: Word) -> None:
        """Write the word, now or, if one was written just now, perhaps later."""
        with self._lock:
            if word.is_final or time.monotonic() >= self._write_at:
                self._write(word)
            else:
                self._defer(word)

    @abstractmethod
    def put_down(self) -> None:
        """Write what was deferred, if anything: the task has ended."""

    def _write(self, word: Word) -> None:
        self._write_at = time.monotonic() + PACE
        try:
            self._put(word)
        except SoftTimeLimitExceeded:
            raise  # it is meant for the task
        except Exception as error:
            if not self._has_failed:
                logger.warning("The progress of task %s is not written: %s", self.task_id, error)
            self._has_failed = True

    @abstractmethod
    def _put(self, word: Word) -> None:
        """Write the word where it belongs."""

    @abstractmethod
    def _defer(self, word: Word) -> None:
        """Keep the word for later, or drop it."""


class FilePen(Pen):
    """Writes into the job's row. A word that is not followed by another is written a little later.

    While a thread of this process is in a transaction of its own on the file, words wait.

    worker: the node's name. attempt: which retry of the task it is.
    """

    def __init__(
        self, task_id: str, path: Path, busy_timeout: float, worker: str, attempt: int
    ) -> None:
        super().__init__(task_id)
        self._path = path
        self._busy_timeout = busy_timeout
        self._speaker = Speaker(task_id, attempt, worker, time.time())
        self._has_begun = False
        self._deferred: Word | None = None
        self._timer: threading.Timer | None = None

    def put_down(self) -> None:
        """Write what was deferred: the task has ended."""
        with self._lock:
            if self._deferred is not None:
                self._write(self._deferred)

    def _put(self, word: Word) -> None:
        self._deferred = None
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        # Opened here: the pool's processes are forked with no file open.
        broker = open_broker(self._path, self._busy_timeout)
        database = broker.database
        with database.lock:
            if database.room.guest is not None:
                # Perhaps the task's own transaction, which would wait for this one's lock.
                self._defer(word)
                return
            with database.writing as connection:
                broker.look_for_watchers(connection)
                if not self._has_begun:
                    progress.begin(connection, self._speaker)
                progress.write(connection, self._speaker, word)
        self._has_begun = True

    def _defer(self, word: Word) -> None:
        self._deferred = word
        if self._timer is None:
            pause = max(0.0, self._write_at - time.monotonic())
            self._timer = threading.Timer(pause, self._on_time, (self._write_at,))
            self._timer.daemon = True
            self._timer.start()

    def _on_time(self, write_at: float) -> None:
        with self._lock:
            # Else another word was written meanwhile, and another timer runs for this one.
            if self._deferred is not None and self._write_at == write_at:
                self._write(self._deferred)


class BackendPen(Pen):
    """Writes into the result backend, as the task's state, unless the task ignores its result.

    What is said too soon is dropped: written later, it might take the place of
    the task's result.
    """

    def __init__(self, task: Any, task_id: str) -> None:
        super().__init__(task_id)
        self._task = task
        self._is_ignored = task.ignore_result or task.request.ignore_result

    def _put(self, word: Word) -> None:
        if not self._is_ignored:
            self._task.update_state(self.task_id, state="PROGRESS", meta=word._asdict())

    def _defer(self, word: Word) -> None:
        """Drop the word."""

    def put_down(self) -> None:
        """Do nothing: the result is there by now."""
