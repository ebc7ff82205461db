"""What the tasks did, as they wrote it down themselves."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

from .waiting import PATIENCE, eventually

Entry = dict[str, Any]


class Journal:
    """Reads what `app/diary.py` writes."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.touch()

    def entries(self, event: str, key: str | None = None) -> list[Entry]:
        # What is behind the last line's end is still being written.
        lines = self.path.read_text().split("\n")[:-1]
        entries = [json.loads(line) for line in lines]
        return [e for e in entries if e["event"] == event and key in (None, e["key"])]

    def keys_of(self, event: str = "done", prefix: str = "") -> list[str]:
        return [e["key"] for e in self.entries(event) if e["key"].startswith(prefix)]

    def times(self, event: str = "done", prefix: str = "") -> Counter[str]:
        return Counter(self.keys_of(event, prefix))

    def expect(self, event: str, key: str, timeout: float = PATIENCE, count: int = 1) -> Entry:
        """Wait until this happened `count` times; return the latest."""
        eventually(
            lambda: len(self.entries(event, key)) >= count,
            timeout,
            explain=lambda: f"{event} {key!r} {count}x; so far {self.path.read_text()[-2000:]}",
        )
        return self.entries(event, key)[-1]

    def expect_keys(self, keys: set[str], event: str = "done", timeout: float = PATIENCE) -> None:
        eventually(
            lambda: keys <= set(self.keys_of(event)),
            timeout,
            explain=lambda: f"{event} is missing {sorted(keys - set(self.keys_of(event)))[:20]}",
        )

    def expect_some(self, event: str, count: int, timeout: float = PATIENCE) -> None:
        """Wait until this happened `count` times, to whatever."""
        eventually(lambda: len(self.entries(event)) >= count, timeout)
