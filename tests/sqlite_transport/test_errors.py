"""A full disk, a lock that another program holds, and the sentences for what can go wrong."""

import contextlib
import logging
import os
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import kombu
import pytest
from celery import Celery
from dying import WITH_PARENT
from kombu.exceptions import OperationalError

from sqlite_transport.database import close_databases, open_database
from sqlite_transport.errors import ADVICE, Unavailable, Unusable, translated, translating
from sqlite_transport.library import sqlite3

PATIENCE = 240.0


@pytest.fixture(autouse=True)
def closed() -> Iterator[None]:
    yield
    close_databases()


def eventually(condition: Callable[[], object], what: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, f"not within {PATIENCE} s: {what}"
        time.sleep(0.02)


def publish(producer: Any, task_id: str, body: str = "") -> None:
    producer.publish(body, routing_key="jobs", headers={"task": "t", "id": task_id})


def in_file(database: Path) -> list[str]:
    """Return the ids of all jobs in the file, waiting or not."""
    read = open_database(database).read
    assert read("PRAGMA integrity_check") == [("ok",)]
    query = "SELECT task_id FROM job_queue UNION ALL SELECT task_id FROM job_history ORDER BY 1"
    return [row[0] for row in read(query)]


# -- SQLite's codes ----------------------------------------------------------------


@pytest.mark.parametrize("code", ADVICE)
def test_every_code_becomes_an_operational_error_that_names_the_file(code: int) -> None:
    error = sqlite3.OperationalError("what SQLite says")
    error.sqlite_errorcode = code | 7 << 8  # an extended code
    kind, advice = ADVICE[code]
    found = translated(error, Path("/data/queue.db"))
    assert type(found) is kind
    assert isinstance(found, OperationalError)
    assert str(found) == f"/data/queue.db: {advice} (SQLite: what SQLite says)"


def test_an_unknown_code_hands_sqlites_message_on() -> None:
    with (
        pytest.raises(Unavailable, match=r"see SQLite's message .SQLite: no such table: missing"),
        translating(Path("queue.db")),
        contextlib.closing(sqlite3.connect(":memory:")) as connection,
    ):
        connection.execute("SELECT * FROM missing")


def test_only_what_can_pass_is_worth_another_try() -> None:
    errors = kombu.Connection("sqlite:///queue.db").recoverable_connection_errors
    assert issubclass(Unavailable, errors)
    assert not issubclass(Unusable, errors)


# -- a full disk ---------------------------------------------------------------------


class SmallDisk:
    """A file system of 12 MiB that can be filled and emptied again."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.database = directory / "queue.db"
        self._filler = directory / "filler"

    def fill(self) -> None:
        with self._filler.open("ab", buffering=0) as filler:
            for size in (65536, 512):
                with contextlib.suppress(OSError):
                    while True:
                        filler.write(bytes(size))

    def free(self) -> None:
        self._filler.unlink()


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[SmallDisk]:
    directory = tmp_path.resolve() / "disk"
    directory.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=12m", "tmpfs", directory],
        capture_output=True,
        text=True,
        check=False,
    )
    if mounted.returncode:
        pytest.skip(f"mounting a small disk needs more rights: {mounted.stderr.strip()}")
    yield SmallDisk(directory)
    close_databases()
    subprocess.run(["umount", "--lazy", directory], check=True)


def test_a_full_disk_refuses_loses_nothing_and_serves_again(disk: SmallDisk) -> None:
    accepted = []
    with kombu.Connection(f"sqlite:///{disk.database}") as connection:
        producer = connection.Producer()
        publish(producer, "first")
        disk.fill()
        for number in range(100):
            try:
                publish(producer, f"job-{number}", "x" * 5000)
            except Unavailable:
                continue
            accepted.append(f"job-{number}")
        assert len(accepted) < 90, "the disk was to be full"
        with pytest.raises(Unavailable, match=f"{disk.database}: the disk is full: free space on"):
            publish(producer, "refused", "x" * 5000)
        assert in_file(disk.database) == sorted(["first", *accepted])
        disk.free()
        publish(producer, "last", "x" * 5000)
        assert in_file(disk.database) == sorted(["first", "last", *accepted])


def test_delay_says_that_the_disk_is_full(disk: SmallDisk) -> None:
    app = Celery(broker=f"sqlite:///{disk.database}", set_as_current=False)
    app.send_task("t", task_id="first")
    disk.fill()
    with pytest.raises(OperationalError, match="the disk is full: free space on it"):
        app.send_task("t", args=["x" * 500_000], task_id="refused")
    assert in_file(disk.database) == ["first"]
    disk.free()
    app.send_task("t", task_id="last")
    assert in_file(disk.database) == ["first", "last"]
    app.close()


def test_a_disk_that_is_full_from_the_start(disk: SmallDisk) -> None:
    disk.fill()
    with kombu.Connection(f"sqlite:///{disk.database}") as connection:
        with pytest.raises(OperationalError, match=r"disk is full|free space on the disk"):
            publish(connection.Producer(), "one")
        disk.free()
        publish(connection.Producer(), "two")
    assert in_file(disk.database) == ["two"]


def test_a_consumer_waits_for_space_and_loses_nothing(
    disk: SmallDisk, caplog: pytest.LogCaptureFixture
) -> None:
    """Neither what it claimed nor what it acked meanwhile."""
    done: list[str] = []

    def receive(message: Any) -> None:
        done.append(message.headers["id"])
        message.ack()

    expected = [f"job-{number:03}" for number in range(40)]
    with kombu.Connection(f"sqlite:///{disk.database}") as connection:
        for task_id in expected:
            publish(connection.Producer(), task_id, "x" * 2000)
        read = open_database(disk.database).read
        channel = connection.channel()
        channel.basic_qos(0, 2, False)
        consumer = kombu.Consumer(channel, [kombu.Queue("jobs")], on_message=receive)
        consumer.consume()
        connection.drain_events(timeout=PATIENCE)
        disk.fill()
        with contextlib.suppress(Unavailable):
            while True:  # the WAL may have space left that it takes already
                publish(connection.Producer(), f"job-{len(expected):03}")
                expected.append(f"job-{len(expected):03}")
        with caplog.at_level(logging.ERROR, "sqlite_transport"):
            for _ in range(2000):
                with contextlib.suppress(TimeoutError):
                    connection.drain_events(timeout=0.05)
                if "the disk is full" in caplog.text:
                    break
        assert "the disk is full" in caplog.text
        assert "Trying again" in caplog.text or "not written yet" in caplog.text
        assert len(read("SELECT 1 FROM job_history")) < len(expected)
        disk.free()
        deadline = time.monotonic() + PATIENCE
        while len(done) < len(expected) and time.monotonic() < deadline:
            with contextlib.suppress(TimeoutError):
                connection.drain_events(timeout=0.2)
        assert done == expected, "each once, in its order"
        eventually(lambda: not read("SELECT 1 FROM job_queue"), "everything is settled")
    assert in_file(disk.database) == expected


WORKER = """
import os, time
from celery import Celery
app = Celery("app", broker="sqlite:///{database}")
app.conf.worker_prefetch_multiplier = 1
@app.task
def work(name, filling):
    with open("{diary}", "a") as diary:
        print(name, file=diary)
    while name == "job-010" and not os.path.exists("{diary}-full"):
        time.sleep(0.01)
    time.sleep(0.1)
"""


def test_a_worker_waits_for_space_and_loses_nothing(disk: SmallDisk, tmp_path: Path) -> None:
    diary, log = tmp_path / "diary", tmp_path / "log"
    diary.touch()
    (tmp_path / "app.py").write_text(WORKER.format(database=disk.database, diary=diary))
    app = Celery(broker=f"sqlite:///{disk.database}", set_as_current=False)
    names: list[str] = []

    def send() -> None:
        name = f"job-{len(names):03}"
        kwargs = {"filling": "x" * 2000}
        app.send_task("app.work", args=[name], kwargs=kwargs, task_id=name, retry=False)
        names.append(name)

    def send_on() -> None:
        while True:  # there may be room in the file's own log
            send()

    for _ in range(60):
        send()
    command = [*WITH_PARENT, sys.executable, "-m", "celery", "-A", "app", "worker"]
    command += ["-c", "1", "-l", "warning"]
    with log.open("wb") as output:
        worker = subprocess.Popen(command, cwd=tmp_path, stdout=output, stderr=output)
    try:
        eventually(lambda: len(diary.read_text().split()) > 5, "the worker works")
        disk.fill()
        with pytest.raises(OperationalError, match="the disk is full"):
            send_on()
        app.close()
        close_databases()
        diary.with_name("diary-full").touch()
        eventually(lambda: "the disk is full" in log.read_text(), "it says so in its log")
        assert worker.poll() is None
        assert len(diary.read_text().split()) < len(names)
        disk.free()
        eventually(lambda: set(diary.read_text().split()) == set(names), "all is done")
        read = open_database(disk.database).read
        eventually(lambda: not read("SELECT 1 FROM job_queue WHERE transient = 0"), "and settled")
        worker.terminate()
        # A prefork child that ends may ask billiard's parent in vain for 30 s.
        assert worker.wait(2 * PATIENCE) == 0
    finally:
        worker.kill()
        worker.wait()
    assert sorted(diary.read_text().split()) == names, "each once"
    assert in_file(disk.database) == names


LIMITED = """
import resource, sys, kombu, sqlite_transport
from kombu.exceptions import OperationalError
path = sys.argv[1]
def publish(producer, task_id):
    producer.publish("x" * 4000, routing_key="jobs", headers={"task": "t", "id": task_id})
with kombu.Connection("sqlite:///" + path) as connection:
    producer = connection.Producer()
    publish(producer, "first")
    resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, resource.RLIM_INFINITY))
    for number in range(200):
        try:
            publish(producer, f"job-{number}")
        except OperationalError as error:
            print(error)
            break
        print("accepted", f"job-{number}")
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    publish(producer, "last")
"""


def test_a_file_that_may_not_grow(tmp_path: Path) -> None:
    """The same without a disk of its own: what was accepted survives, and it goes on."""
    database = tmp_path.resolve() / "queue.db"
    done = subprocess.run(
        [sys.executable, "-c", LIMITED, database],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=True,
    )
    *lines, refusal = done.stdout.splitlines()
    assert "the disk reported an I/O error" in refusal or "the disk is full" in refusal
    accepted = [line.split()[1] for line in lines]
    assert 0 < len(accepted) < 200
    assert in_file(database) == sorted(["first", "last", *accepted])


# -- another program's lock ------------------------------------------------------------

LOCKER = textwrap.dedent("""
    import sys
    from sqlite_transport.library import sqlite3
    connection = sqlite3.connect(sys.argv[1], isolation_level=None)
    connection.execute("BEGIN IMMEDIATE")
    print("locked", flush=True)
    sys.stdin.readline()
    connection.execute("ROLLBACK")
    print("released", flush=True)
    sys.stdin.readline()
""")


@pytest.fixture
def locker(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """Another program, in a write transaction of its own until it gets a line."""
    with kombu.Connection(f"sqlite:///{tmp_path}/queue.db") as connection:
        publish(connection.Producer(), "first")
    close_databases()
    program = subprocess.Popen(
        [sys.executable, "-c", LOCKER, tmp_path / "queue.db"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert program.stdout is not None
    assert program.stdout.readline() == "locked\n"
    yield program
    program.kill()
    program.communicate()


def test_a_lock_that_lasts_is_named_after_busy_timeout(
    locker: subprocess.Popen[str], tmp_path: Path
) -> None:
    url = f"sqlite:///{tmp_path}/queue.db?busy_timeout=0.1"
    with kombu.Connection(url) as connection:
        with pytest.raises(Unavailable, match="another program holds the database locked: end its"):
            publish(connection.Producer(), "refused")
        assert locker.stdin is not None
        assert locker.stdout is not None
        locker.stdin.write("\n")
        locker.stdin.flush()
        assert locker.stdout.readline() == "released\n"
        publish(connection.Producer(), "accepted")
    assert in_file(tmp_path.resolve() / "queue.db") == ["accepted", "first"]


def test_a_lock_that_does_not_last_is_waited_for(
    locker: subprocess.Popen[str], tmp_path: Path
) -> None:
    assert locker.stdin is not None
    os.write(locker.stdin.fileno(), b"\n")
    with kombu.Connection(f"sqlite:///{tmp_path}/queue.db?busy_timeout=60") as connection:
        publish(connection.Producer(), "accepted")
    assert in_file(tmp_path.resolve() / "queue.db") == ["accepted", "first"]
