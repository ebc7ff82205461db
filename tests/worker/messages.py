"""Messages as another broker delivers them, and stores to record them in."""

from collections.abc import Collection, Sequence
from types import SimpleNamespace
from typing import Any

from sqlite_transport.errors import Unavailable
from sqlite_transport.history import Outcome
from sqlite_transport.history_store.entry import Attempt, Entry
from sqlite_transport.worker.ended import Ended

NOW = 1_750_000_000.5
DONE = Outcome("completed", worker="celery@here", started_at=NOW + 1, completed_at=NOW + 3)


def message(**values: Any) -> Any:
    return SimpleNamespace(
        **{
            "body": "[[], {}, {}]",
            "headers": {"task": "scan", "id": "0b7c", "root_id": "0a", "parent_id": "0b"},
            "properties": {"priority": 3, "correlation_id": "0b7c"},
            "delivery_info": {"exchange": "", "routing_key": "celery"},
            "content_type": "application/json",
            "content_encoding": "utf-8",
            **values,
        }
    )


def ended(task_id: str | None = "0b7c", outcome: Outcome = DONE, **values: Any) -> Ended:
    return Ended(message(**values), task_id, "scan", 0, NOW, outcome)


class FakeStore:
    """Remembers what it was told; is away while told so."""

    def __init__(self) -> None:
        self.away = False
        self.entries: list[Entry] = []
        self.attempts: list[Attempt] = []
        self.batches: list[int] = []
        self.prunings = 0

    def record(
        self, entries: Sequence[Entry], attempts: Sequence[Attempt], kept: Collection[str]
    ) -> None:
        if self.away:
            raise Unavailable("the database is away")
        self.kept = kept
        self.entries += entries
        self.attempts += attempts
        self.batches.append(len(entries) + len(attempts))

    def close(self) -> None:
        self.closed = True

    def prune(self, *_: object) -> bool:
        self.prunings += 1
        return False

    def __str__(self) -> str:
        return "fake://"
