"""The recorder: what ended in this worker goes to the store, when the broker is not a file of ours.

The worker's main process notes each end, and a thread records them in batches.
What is noted and not recorded is in this process's memory alone.
"""

import logging
import threading
import time
from collections import deque
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

from kombu.exceptions import OperationalError

from sqlite_transport.history_store.entry import Attempt, Entry
from sqlite_transport.retention import Retention
from sqlite_transport.worker.ended import Ended, attempt_of, entry_of

if TYPE_CHECKING:
    from sqlite_transport.history_store.store import Store

logger = logging.getLogger("sqlite_transport")

#: Seconds that a note may wait for others, and how many do not wait any longer.
DELAY, BATCH = 0.1, 500

#: Notes that wait at most while the store is away; then the oldest are dropped.
MOST_WAITING = 20_000

#: Seconds between two prunings, that one takes at most, and to wait after a failure.
PRUNE, AT_ONCE, BACK_OFF = 30.0, 1.0, 2.0

#: Seconds that a worker which ends waits for the last notes to be recorded.
CLOSE = 5.0


class Recorder:
    """The notes of one worker, and the thread that records them, started by the first one."""

    def __init__(self, store: "Store", retention: Mapping[str, Retention]) -> None:
        self._store = store
        self._retention = retention
        self._kept = {status for status, each in retention.items() if not each.is_off}
        self._notes: deque[Ended] = deque()
        self._wake = threading.Event()
        self._closing = threading.Event()
        self._thread: threading.Thread | None = None
        self._prune_at = 0.0
        self._dropped = 0

    def note(self, ended: Ended) -> None:
        """Have it recorded soon; never waits."""
        self._notes.append(ended)
        if len(self._notes) > MOST_WAITING:
            self._notes.popleft()
            self._dropped += 1
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="history-recorder", daemon=True)
            self._thread.start()
        self._wake.set()

    def close(self, timeout: float = CLOSE) -> None:
        """Record what is noted, for so many seconds at most; tell in the log what is lost."""
        self._closing.set()
        self._wake.set()
        if self._thread is not None:
            self._thread.join(timeout)
        if self._notes:
            logger.error("%s: %d ends are lost to the history", self._store, len(self._notes))
        else:
            self._store.close()

    def _work(self) -> None:
        while self._notes or not self._closing.is_set():
            self._wake.wait(PRUNE)
            self._wake.clear()
            if len(self._notes) < BATCH:
                self._closing.wait(DELAY)
            try:
                self._record()
                self._prune()
            except Exception as error:
                known = isinstance(error, OperationalError)
                logger.error(
                    "The history waits in memory: %s. Trying again.",
                    error,
                    exc_info=None if known else error,
                )
                self._wake.set()
                if self._closing.wait(BACK_OFF):
                    # The one who closes decides how long is long enough.
                    time.sleep(DELAY)

    def _record(self) -> None:
        while self._notes:
            batch = [self._notes[number] for number in range(min(BATCH, len(self._notes)))]
            record(self._store, batch, self._kept)
            # In the meantime some of them may have been dropped from this end.
            recorded = set(map(id, batch))
            while self._notes and id(self._notes[0]) in recorded:
                self._notes.popleft()
        dropped, self._dropped = self._dropped, 0
        if dropped:
            logger.error("%s was away too long: %d ends are lost to it", self._store, dropped)

    def _prune(self) -> None:
        if time.monotonic() >= self._prune_at:
            more = self._store.prune(self._retention, time.time(), AT_ONCE)
            self._prune_at = time.monotonic() + (0.0 if more else PRUNE)


def record(store: "Store", batch: Collection[Ended], kept: Collection[str]) -> None:
    """Record jobs that have ended, and attempts."""
    entries: list[Entry] = []
    attempts: list[Attempt] = []
    for ended in batch:
        try:
            if ended.is_the_last:
                entries.append(entry_of(ended))
            else:
                attempts.append(attempt_of(ended))
        except Exception:
            # Whatever is wrong with this message: the others are recorded.
            logger.exception("No history of task %s[%s]", ended.type, ended.task_id)
    store.record(entries, attempts, kept)


_recorder: Recorder | None = None


def begin(recorder: Recorder) -> None:
    """Have it record what this process notes from now on."""
    global _recorder
    _recorder = recorder


def end() -> None:
    """Record what is noted, and no more."""
    global _recorder
    recorder, _recorder = _recorder, None
    if recorder is not None:
        recorder.close()


def note(ended: Ended) -> None:
    """Note an end, if this process records any."""
    if _recorder is not None:
        _recorder.note(ended)
