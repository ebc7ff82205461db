"""What `.delay()` accepted survives power loss: replayed cuts, and what proves that they cut.

Programs of the real package run with a recorder before them (see
powerloss/); the test then makes of the log the disk as it may be at a cut,
opens it with SQLite and looks for every message that was accepted by then.
"""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from powerloss.recording import HERE, Recording, compiled
from powerloss.replay import Disk, Entry, cuts, read_log

from sqlite_transport.library import sqlite3

KEPT = "SELECT task_id FROM job_queue UNION ALL SELECT task_id FROM job_history"


@pytest.fixture(scope="module")
def recorder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return compiled(HERE / "record.c", tmp_path_factory.mktemp("recorder"))


def record(recorder: Path, directory: Path, *programs: tuple[str, ...]) -> list[Entry]:
    recording = Recording(recorder, directory)
    try:
        for program in programs:
            recording.start(*program)
        recording.wait()
    finally:
        recording.kill()
    return read_log(recording.log)


def record_in_turn(recorder: Path, directory: Path, *programs: tuple[str, ...]) -> list[Entry]:
    recording = Recording(recorder, directory)
    try:
        for program in programs:
            recording.start(*program)
            recording.wait()
    finally:
        recording.kill()
    return read_log(recording.log)


@pytest.fixture(scope="module")
def busy(recorder: Path, tmp_path_factory: pytest.TempPathFactory, scale: int) -> list[Entry]:
    """Two publishers, a consumer of half of their messages, and checkpoints meanwhile."""
    count = 250 * scale
    return record(
        recorder,
        tmp_path_factory.mktemp("busy"),
        ("consumer.py", f"{count}"),
        ("publisher.py", "one", "durability=full", "first", f"{count}", "1", "1000"),
        ("publisher.py", "one", "durability=full", "second", f"{count}", "1", "1000"),
    )


@pytest.fixture(scope="module")
def reopened(recorder: Path, tmp_path_factory: pytest.TempPathFactory, scale: int) -> list[Entry]:
    """One publisher that is alone, so that the WAL goes with each of its rounds."""
    return record(
        recorder,
        tmp_path_factory.mktemp("reopened"),
        ("publisher.py", "one", "durability=full", "alone", "4", f"{12 * scale}", "300"),
    )


@pytest.fixture(scope="module")
def left(recorder: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Entry]:
    """Publishers that end without a close, each of which finds the WAL of the one before."""
    directory = tmp_path_factory.mktemp("left")
    leavers = [("publisher.py", "leave", "", name, "10", "1", "300") for name in ("a", "b", "c")]
    return record_in_turn(recorder, directory, *leavers)


@pytest.fixture(scope="module")
def lax(recorder: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Entry]:
    return record(
        recorder,
        tmp_path_factory.mktemp("lax"),
        ("publisher.py", "one", "durability=normal", "lax", "300", "1", "1000"),
    )


@pytest.fixture(scope="module")
def scale(request: pytest.FixtureRequest) -> int:
    """How much longer the long form is."""
    return 2 if request.config.getoption("--long") else 1


class Loss(AssertionError):
    """What was accepted is not there, or the database is damaged."""


class Wreck:
    """A directory in which the disk after a cut is laid out and looked at."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.looked = 0

    def look(self, files: dict[str, bytearray], accepted: list[str], chance: random.Random) -> None:
        self.looked += 1
        for old in self.directory.iterdir():
            old.unlink()
        for name, content in files.items():
            (self.directory / name).write_bytes(content)
        # What the shared memory file holds after a cut is anybody's guess.
        (self.directory / "queue.db-shm").write_bytes(chance.randbytes(32768))
        kept = self._kept()
        if len(kept) != len(set(kept)):
            raise Loss("a message is there twice")
        if missing := set(accepted) - set(kept):
            raise Loss(f"{len(missing)} accepted messages are lost: {sorted(missing)[:5]}")

    def _kept(self) -> list[str]:
        database = self.directory / "queue.db"
        if not database.exists():
            return []
        connection = sqlite3.connect(str(database), isolation_level=None)
        try:
            verdict = connection.execute("PRAGMA integrity_check").fetchone()[0]
            if verdict != "ok":
                raise Loss(verdict)
            if not connection.execute("PRAGMA user_version").fetchone()[0]:
                return []
            return [row[0] for row in connection.execute(KEPT)]
        except sqlite3.DatabaseError as error:
            raise Loss(str(error)) from error
        finally:
            connection.close()


@pytest.fixture
def wreck(tmp_path: Path) -> Wreck:
    directory = tmp_path / "wreck"
    directory.mkdir()
    return Wreck(directory)


def before_each(entries: list[Entry], operations: str) -> list[int]:
    return [index for index, entry in enumerate(entries) if entry.operation in operations]


def some(moments: list[int], count: int, seed: int) -> set[int]:
    return set(random.Random(seed).sample(moments, min(count, len(moments))))


def survives(
    wreck: Wreck,
    entries: list[Entry],
    moments: set[int],
    perhaps: bool,
    deaf: frozenset[str] = frozenset(),
) -> None:
    """Cut at each of the moments; raise `Loss`, with what repeats it, at the first that fails."""
    seeds = iter(range(len(moments)))
    for disk in cuts(entries, moments, deaf):
        seed = next(seeds)
        try:
            cut(wreck, disk, random.Random(seed), perhaps)
        except Loss as loss:
            raise Loss(f"{loss} (moment {sorted(moments)[seed]}, seed {seed})") from None
    assert wreck.looked >= len(moments)


def cut(wreck: Wreck, disk: Disk, chance: random.Random, perhaps: bool) -> None:
    files = disk.perhaps(chance) if perhaps else disk.surely()
    wreck.look(files, disk.accepted, chance)


def end(entries: list[Entry]) -> set[int]:
    return {len(entries)}


def log_starts(entries: list[Entry]) -> list[int]:
    """Return where the WAL gets a header: sqlite.org/fileformat2.html#walformat."""
    return [
        index
        for index, entry in enumerate(entries)
        if entry.operation == "W" and entry.data[:3] == b"\x37\x7f\x06"
    ]


def marks(entries: list[Entry]) -> Iterator[str]:
    return (entry.data.decode() for entry in entries if entry.operation == "M")


def test_the_recording_saw_what_it_is_about(busy: list[Entry], scale: int) -> None:
    """A recorder that a library has got round would prove nothing."""
    assert len(set(marks(busy))) == 500 * scale
    assert len(log_starts(busy)) >= 3, "the WAL must have started anew after checkpoints"
    assert len(before_each(busy, "S")) >= 500 * scale


@pytest.mark.long
@pytest.mark.timeout(900)
def test_what_is_surely_on_the_disk_holds_every_accepted_message(
    busy: list[Entry], wreck: Wreck, scale: int
) -> None:
    moments = some(before_each(busy, "SD"), 150 if scale == 1 else 2000, seed=1)
    survives(wreck, busy, moments | end(busy), perhaps=False)


@pytest.mark.long
@pytest.mark.timeout(900)
def test_what_may_be_on_the_disk_besides_does_no_harm(
    busy: list[Entry], wreck: Wreck, scale: int
) -> None:
    moments = some(list(range(len(busy))), 200 if scale == 1 else 3000, seed=2)
    survives(wreck, busy, moments | end(busy), perhaps=True)


@pytest.mark.long
@pytest.mark.timeout(900)
def test_checkpoints_may_be_cut_anywhere(busy: list[Entry], wreck: Wreck, scale: int) -> None:
    """Around each sync of the database and each new start of the WAL."""
    around = {
        moment
        for index in log_starts(busy)
        for moment in range(index - 40, index + 12)
        if 0 <= moment < len(busy)
    }
    survives(wreck, busy, some(sorted(around), 100 if scale == 1 else 1000, 3), perhaps=True)


@pytest.mark.long
@pytest.mark.timeout(900)
def test_opening_and_closing_may_be_cut_anywhere(
    reopened: list[Entry], wreck: Wreck, scale: int
) -> None:
    """The file is created, and its WAL is made, used and removed again and again."""
    assert len(before_each(reopened, "U")) >= 12 * scale
    moments = list(range(len(reopened)))
    survives(
        wreck,
        reopened,
        some(moments, 250 if scale == 1 else 2000, seed=4) | end(reopened),
        perhaps=True,
    )
    survives(wreck, reopened, set(before_each(reopened, "SDMU")), perhaps=False)


@pytest.mark.parametrize(
    ("how", "expected"), [("batch", 40), ("threads", 120)], ids=["batch", "threads"]
)
def test_batches_and_threads_are_accepted_alike(
    recorder: Path, tmp_path: Path, wreck: Wreck, how: str, expected: int
) -> None:
    entries = record(
        recorder, tmp_path, ("publisher.py", how, "durability=full", "many", "10", "4", "300")
    )
    assert len(set(marks(entries))) == expected
    survives(wreck, entries, set(before_each(entries, "SD")) | end(entries), perhaps=False)
    survives(wreck, entries, some(list(range(len(entries))), 60, seed=7), perhaps=True)


def test_what_a_dead_process_left_in_the_wal_does_no_harm(left: list[Entry], wreck: Wreck) -> None:
    assert len(set(marks(left))) == 30
    survives(wreck, left, set(before_each(left, "SD")) | end(left), perhaps=False)
    survives(wreck, left, some(list(range(len(left))), 100, seed=8), perhaps=True)


def test_a_wal_that_somebody_else_made_is_found_after_the_cut(
    recorder: Path, tmp_path: Path, wreck: Wreck
) -> None:
    """SQLite syncs the name of a WAL when it begins one; the publisher does in any case."""
    entries = record_in_turn(
        recorder,
        tmp_path,
        ("publisher.py", "one", "", "before", "3", "1", "300"),
        ("passer_by.py",),
        ("publisher.py", "leave", "", "after", "10", "1", "300"),
    )
    assert len(set(marks(entries))) == 13
    survives(wreck, entries, set(before_each(entries, "SDM")) | end(entries), perhaps=False)
    survives(wreck, entries, some(list(range(len(entries))), 60, seed=9), perhaps=True)


def test_durability_normal_may_lose_the_newest_but_never_damages(
    lax: list[Entry], wreck: Wreck
) -> None:
    """The converse: these cuts can lose a message, and they do where nothing is promised."""
    with pytest.raises(Loss, match="accepted messages are lost"):
        survives(wreck, lax, set(before_each(lax, "M")[150:160]), perhaps=False)
    for disk in cuts(lax, some(list(range(len(lax))), 60, seed=5)):
        chance = random.Random(wreck.looked)
        wreck.look(disk.perhaps(chance), [], chance)


@pytest.mark.parametrize("file", ["queue.db", "queue.db-wal"])
def test_a_disk_that_does_not_sync_a_file_is_found_out(
    busy: list[Entry], wreck: Wreck, file: str
) -> None:
    with pytest.raises(Loss):
        survives(
            wreck,
            busy,
            some(before_each(busy, "S"), 100, seed=6) | end(busy),
            perhaps=True,
            deaf=frozenset([file]),
        )
