"""What must not grow with the square of a library: how SQLite goes about the long jobs."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from asset_library import Offering
from kept_files import Kept
from sqlalchemy import Connection, Engine, event

from media.cleanup import expire_soft_deleted
from media.settings import Settings
from media.verification import verify_published


@contextmanager
def plans() -> Iterator[dict[str, str]]:
    """Collect how SQLite goes about each statement that is executed meanwhile."""
    found: dict[str, str] = {}

    def explain(
        connection: Connection, _cursor: object, statement: str, values: Any, *_: object
    ) -> None:
        if statement.startswith(("SELECT", "UPDATE", "DELETE")):
            steps = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
            found[statement] = "\n".join(row[3] for row in steps)

    event.listen(Engine, "after_cursor_execute", explain)
    try:
        yield found
    finally:
        event.remove(Engine, "after_cursor_execute", explain)


def test_a_page_of_published_files_is_read_off_an_index(settings: Settings) -> None:
    with plans() as found:
        verify_published(settings)
    (page,) = [plan for statement, plan in found.items() if "published_files.sha256" in statement]
    assert page.startswith("SEARCH published_files USING INDEX")
    assert "TEMP B-TREE" not in page


def test_files_that_are_given_up_are_found_by_their_keys(
    settings: Settings, kept: Kept, offering: Offering
) -> None:
    long_ago = datetime.now(UTC) - timedelta(days=31)
    for number in range(120):
        key = kept.add(b"%d" % number) if number % 40 == 0 else None
        offering.offer(f"http://x/{number}", gone_since=long_ago, cache_key=key)
    with plans() as found:
        summary = expire_soft_deleted(30, settings)
    assert (summary.candidates, summary.files) == (120, 3)
    given_up = [plan for statement, plan in found.items() if "UPDATE cache_files" in statement]
    assert given_up
    assert not [plan for plan in given_up if "ix_cache_files_deleted_at" in plan]
    candidates = [plan for statement, plan in found.items() if "gone_since <=" in statement]
    assert all("SEARCH candidates USING INTEGER PRIMARY KEY" in plan for plan in candidates)
