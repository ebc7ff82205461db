"""Deleting of the history what is not to be kept, now and to the end."""

import time
from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING

from sqlite_transport.jobs.errors import JobError
from sqlite_transport.jobs.part import Part
from sqlite_transport.options import Options
from sqlite_transport.pruning import AT_ONCE, Pruning
from sqlite_transport.purging import count_expired, purge
from sqlite_transport.retention import Retention, read_retention
from sqlite_transport.snapshot import Progress

if TYPE_CHECKING:
    from sqlite_transport.history_store.store import Store

#: Under which name the expired results are counted, beside the statuses.
RESULTS = "results"

#: Seconds to wait for a worker that is shipping the history, and between two looks.
PATIENCE = 30.0
PAUSE = 0.05


class Cleaning(Part):
    """The history's end, on demand."""

    def cleanup(
        self,
        *,
        completed: str | int | None = None,
        failed: str | int | None = None,
        cancelled: str | int | None = None,
        progress: Progress | None = None,
    ) -> dict[str, int]:
        """Delete the history beyond what is to be kept, and expired results.

        completed, failed, cancelled: how long or how many to keep (`7d`,
        `10000`, `7d,10000`, `forever`; `0` deletes all). By default the
        transport's options. With `history_url` it is the database there that is
        cleaned. Returned is how many jobs of each status went, and under `results`
        how many results. It goes in slices; progress: counts jobs, no total.

        Raises:
            JobError: a value is none, or `off`.
        """
        given = {"completed": completed, "failed": failed, "cancelled": cancelled}
        retention = retention_of(given, self.options)
        if self.options.history_url:
            deleted = self._clean_store(self.options.history_url, retention, progress)
        else:
            deleted = self._clean_file(retention, progress)
        return {**{status: deleted[status] for status in retention}, RESULTS: self._clean_results()}

    def _clean_file(
        self, retention: Mapping[str, Retention], progress: Progress | None
    ) -> Counter[str]:
        pruning = Pruning(self.broker.database)
        now = time.time()
        while pruning.run(retention, now):
            tell(progress, pruning.deleted)
        tell(progress, pruning.deleted)
        return pruning.deleted

    def _clean_store(
        self, url: str, retention: Mapping[str, Retention], progress: Progress | None
    ) -> Counter[str]:
        # It brings SQLAlchemy along, which takes a while to import.
        from sqlite_transport.history_store.store import Store

        deleted: Counter[str] = Counter()
        store = Store(url)
        now = time.time()
        try:
            while self._prune_store(store, retention, now, deleted):
                tell(progress, deleted)
        finally:
            store.close()
        tell(progress, deleted)
        return deleted

    def _prune_store(
        self, store: "Store", retention: Mapping[str, Retention], now: float, deleted: Counter[str]
    ) -> bool:
        """Do a round as the process that ships: two at once would be in each other's way."""
        from sqlite_transport.shipper import SHIPPING

        liveness = self.broker.liveness
        deadline = time.monotonic() + PATIENCE
        while not liveness.try_hold(SHIPPING):
            if time.monotonic() >= deadline:
                raise JobError(
                    "a worker is shipping the history and does not come to an end: see its log, "
                    "and try again"
                )
            time.sleep(PAUSE)
        try:
            return store.prune(retention, now, AT_ONCE, deleted)
        finally:
            liveness.release(SHIPPING)

    def _clean_results(self) -> int:
        database = self.broker.database
        now = time.time()
        expired = count_expired(database, now)
        purge(database)
        return expired - count_expired(database, now)


def retention_of(given: Mapping[str, str | int | None], options: Options) -> dict[str, Retention]:
    """Return how long jobs are kept, by status; of what is not given the options say it.

    Raises:
        JobError: it cannot be.
    """
    defaults = options.retention()
    return {status: _read(status, given[status], default) for status, default in defaults.items()}


def _read(status: str, given: str | int | None, default: Retention) -> Retention:
    if given is None:
        return default
    if given == "off":
        raise JobError(f"{status}: write 0 to delete all of it, not 'off'")
    try:
        return read_retention(given)
    except ValueError as error:
        raise JobError(f"{status} {error}, not {given!r}") from None


def tell(progress: Progress | None, deleted: Counter[str]) -> None:
    """Tell how many jobs were deleted, if anybody listens."""
    if progress is not None:
        progress(deleted.total(), None)
