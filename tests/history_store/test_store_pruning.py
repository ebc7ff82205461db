"""Retention by age and by count, per status."""

import pytest
from look import job_ids, rows
from samples import ATTEMPT, EVERYTHING, NOW, attempt, entry

from sqlite_transport.history_store import pruning
from sqlite_transport.history_store.store import Store
from sqlite_transport.retention import OFF, Retention, read_retention

FOREVER = Retention()
LONG = 60.0


@pytest.fixture(autouse=True)
def small_slices(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pruning, "SLICE", 3)


@pytest.fixture
def full(store: Store) -> Store:
    """Ten jobs of each of two statuses, a minute between one and the next, with attempts."""
    for status in ("completed", "failed"):
        entries = [
            entry(f"{status}:{age}", status=status, completed_at=NOW - 60 * age)
            for age in range(10)
        ]
        store.record(entries, [attempt(each.job_id) for each in entries], EVERYTHING)
    return store


def left(url: str, status: str) -> list[int]:
    found = [name.split(":") for name in job_ids(url)]
    attempts = sorted(row["job_id"] for row in rows(url, "job_attempt"))
    assert attempts == job_ids(url)
    return [int(age) for name, age in found if name == status]


@pytest.mark.parametrize(
    ("retention", "kept"),
    [
        ("4m", 4),
        ("3", 3),
        ("4m,3", 3),
        ("3m,8", 3),
        ("forever", 10),
        ("off", 0),
        ("1d", 10),
        ("99", 10),
    ],
)
def test_age_and_count(full: Store, url: str, retention: str, kept: int) -> None:
    limits = {"completed": read_retention(retention), "failed": FOREVER}
    assert full.prune(limits, NOW, LONG) is False
    assert left(url, "completed") == list(range(kept))
    assert left(url, "failed") == list(range(10))


def test_those_that_ended_at_one_moment_are_counted(store: Store, url: str) -> None:
    store.record([entry(f"file:{number}") for number in range(7)], [], EVERYTHING)
    store.prune({"completed": Retention(count=5)}, NOW, LONG)
    assert len(job_ids(url)) == 5


def test_it_stops_when_its_time_is_over(full: Store, url: str) -> None:
    assert full.prune({"completed": OFF}, NOW, 0.0) is True
    assert left(url, "completed") == list(range(3, 10))
    assert full.prune({"completed": OFF}, NOW, LONG) is False
    assert left(url, "completed") == []


def test_attempts_whose_job_was_never_seen_to_end(store: Store, url: str) -> None:
    limits = {"completed": Retention(60), "failed": Retention(120)}
    store.record([], [attempt(f"file:{age}", completed_at=NOW - age) for age in (90, 130)], ())
    store.record([entry("file:old", completed_at=NOW)], [ATTEMPT], EVERYTHING)
    store.prune(limits, NOW, LONG)
    assert {row["job_id"] for row in rows(url, "job_attempt")} == {"file:90", "file:1"}
    store.prune({**limits, "failed": OFF}, NOW, LONG)
    assert {row["job_id"] for row in rows(url, "job_attempt")} == {"file:1"}
    store.prune({**limits, "failed": FOREVER}, NOW + 1e6, LONG)
    assert {row["job_id"] for row in rows(url, "job_attempt")} == {"file:1"}
