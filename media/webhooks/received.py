"""The answer to a webhook."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from media.movie import KnownMovie
from media.webhooks.outcome import Outcome
from media.webhooks.source import Source


@dataclass(frozen=True)
class Received:
    """What came of a webhook, and the job that is to be sent for it.

    `next` is `scan`, of `directory` with what is `known` of the movie, or `notify`,
    the players, of what is in `library_changes`, or None. That job must not begin
    before `start_at` (UTC): until then further webhooks of the directory count on it.
    """

    source: Source
    event: str
    outcome: Outcome
    directory: str | None = None
    known: KnownMovie | None = None
    next: Literal["scan", "notify"] | None = None
    start_at: datetime | None = None

    def as_json(self) -> dict[str, object]:
        """Return it as plain values, without what it has not."""
        values: dict[str, object | None] = {
            "source": str(self.source),
            "event": self.event,
            "outcome": str(self.outcome),
            "directory": self.directory,
            "known": self.known and self.known.model_dump(exclude_none=True, mode="json"),
            "next": self.next,
            "start_at": self.start_at and self.start_at.isoformat(),
        }
        return {name: value for name, value in values.items() if value is not None}
