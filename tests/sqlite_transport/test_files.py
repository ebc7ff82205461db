"""The database and its side files: who may read them, and what is refused and left as it is."""

import os
import shutil
import stat
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import kombu
import pytest
from kombu.exceptions import OperationalError
from kombu.mixins import ConsumerMixin
from receiving import PATIENCE

from sqlite_transport.database import close_databases, open_database
from sqlite_transport.errors import Replaced, Unusable
from sqlite_transport.library import sqlite3


@pytest.fixture(autouse=True)
def closed() -> Iterator[None]:
    yield
    close_databases()


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path.resolve() / "queue.db"


def connect(database: Path) -> kombu.Connection:
    return kombu.Connection(f"sqlite:///{database}")


def publish(database: Path, *task_ids: str, body: str = "") -> None:
    with connect(database) as connection:
        producer = connection.Producer()
        for task_id in task_ids or ("a job",):
            producer.publish(body, routing_key="jobs", headers={"task": "t", "id": task_id})


def in_file(database: Path) -> list[str]:
    """Return the ids of all jobs in the file, waiting or not, as SQLite reads them."""
    connection = sqlite3.connect(str(database))
    try:
        assert connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
        query = "SELECT task_id FROM job_queue UNION ALL SELECT task_id FROM job_history"
        return [row[0] for row in connection.execute(query)]
    finally:
        connection.close()


# -- permissions and directories ------------------------------------------------


@pytest.mark.parametrize("mask", [0o000, 0o022])
def test_only_the_owner_may_read_what_is_made(database: Path, mask: int) -> None:
    previous = os.umask(mask)
    try:
        with connect(database) as connection:
            queue = connection.SimpleQueue("jobs")
            queue.put("secret")
            queue.get(timeout=PATIENCE)
            modes = {
                path.name.removeprefix("queue.db"): stat.S_IMODE(path.stat().st_mode)
                for path in database.parent.iterdir()
            }
            pipes = list(database.with_name("queue.db-bells").iterdir())
            assert [stat.S_IMODE(pipe.stat().st_mode) for pipe in pipes] == [0o600]
    finally:
        os.umask(previous)
    files = dict.fromkeys(("", "-wal", "-shm", "-turn", "-live"), 0o600)
    assert modes == {**files, "-bells": 0o700}


def test_the_directory_is_made_if_its_parent_exists(database: Path) -> None:
    below = database.parent / "data" / "queue.db"
    publish(below)
    assert in_file(below) == ["a job"]
    assert stat.S_IMODE(below.parent.stat().st_mode) & 0o077 == 0


def test_more_than_one_missing_directory_is_an_error(database: Path) -> None:
    below = database.parent / "no" / "such" / "queue.db"
    with pytest.raises(OperationalError, match="neither this directory nor its parent exists: cre"):
        publish(below)
    assert list(database.parent.iterdir()) == []


def test_a_directory_is_no_database(database: Path) -> None:
    database.mkdir()
    with pytest.raises(OperationalError, match="this is a directory: name a file in the broker"):
        publish(database)


# -- what is refused --------------------------------------------------------------


def sql(*statements: str) -> Callable[[Path], None]:
    def make(path: Path) -> None:
        connection = sqlite3.connect(str(path), isolation_level=None)
        for statement in statements:
            connection.execute(statement)
        connection.close()

    return make


def newer(path: Path) -> None:
    publish(path)
    close_databases()
    sql("PRAGMA user_version = 1000")(path)


OTHER = "belongs to another program: give the queue a file of its own"
NO_DATABASE = "is not an SQLite database: name another one in the broker URL"
REFUSED: dict[str, tuple[Callable[[Path], object], str]] = {
    "a short text": (lambda path: path.write_text("hello\n"), NO_DATABASE),
    "a long text": (lambda path: path.write_text("hello\n" * 10_000), NO_DATABASE),
    "binary data": (lambda path: path.write_bytes(bytes(range(256)) * 64), NO_DATABASE),
    "an application's": (
        sql("CREATE TABLE users (name)", "INSERT INTO users VALUES ('a')"),
        OTHER,
    ),
    "one in WAL mode": (sql("PRAGMA journal_mode = WAL", "CREATE TABLE users (name)"), OTHER),
    "one with our number": (sql("CREATE TABLE users (name)", "PRAGMA user_version = 1"), OTHER),
    "one without tables": (sql("PRAGMA user_version = 1"), OTHER),
    "one of our names": (sql("CREATE TABLE job_queue (id)"), OTHER),
    "a newer version": (newer, "schema version 1000, newer than the .* install the version that"),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_what_is_no_queue_of_ours_is_refused_and_left_as_it_is(database: Path, kind: str) -> None:
    make, advice = REFUSED[kind]
    make(database)
    before = database.read_bytes()
    for _ in range(2):
        with pytest.raises(OperationalError, match=advice) as caught:
            publish(database)
        assert str(database) in str(caught.value)
        assert isinstance(caught.value, Unusable), "it must not be tried for ever"
        close_databases()
    assert database.read_bytes() == before
    assert not database.with_name("queue.db-wal").exists()


def test_a_program_that_publishes_to_a_refused_file_is_told_at_once(database: Path) -> None:
    """Celery's `.delay()` raises the same sentence, without trying for long."""
    database.write_text("hello\n")
    program = f"""
import celery
from kombu.exceptions import OperationalError
from kombu.mixins import ConsumerMixin
app = celery.Celery(broker="sqlite:///{database}")
try:
    app.send_task("a.task")
except OperationalError as error:
    print(error)
"""
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=True,
    )
    assert NO_DATABASE in done.stdout
    assert database.read_text() == "hello\n"


def test_an_empty_file_is_a_new_queue(database: Path) -> None:
    database.touch()
    publish(database)
    assert in_file(database) == ["a job"]


# -- damage -------------------------------------------------------------------------


def damage(database: Path, first: float, last: float) -> None:
    """Overwrite the pages between two points of the file, 0 being its start and 1 its end."""
    pages = database.stat().st_size // 4096
    with database.open("r+b") as file:
        for page in range(max(1, int(pages * first)), int(pages * last)):
            file.seek(page * 4096)
            file.write(b"\xa5" * 4096)


def test_a_damaged_database_is_reported_and_not_written_to(database: Path) -> None:
    publish(database, *(f"job-{number}" for number in range(50)), body="x" * 3000)
    close_databases()
    damage(database, 0, 1)
    before = database.read_bytes()
    for _ in range(2):
        with pytest.raises(Unusable, match=r"the database is damaged: stop .* backup"):
            publish(database)
        close_databases()
    assert database.read_bytes() == before


def test_damage_in_the_middle_ends_a_consumer_instead_of_occupying_it(database: Path) -> None:
    publish(database, *(f"job-{number}" for number in range(200)), body="x" * 3000)
    close_databases()
    damage(database, 0.4, 0.8)
    got = 0

    def receive(message: Any) -> None:
        nonlocal got
        got += 1
        message.ack()

    def consume() -> None:
        with (
            connect(database) as connection,
            connection.Consumer([kombu.Queue("jobs")], on_message=receive, prefetch_count=1),
        ):
            while True:
                connection.drain_events(timeout=PATIENCE)

    with pytest.raises(Unusable, match="the database is damaged"):
        consume()
    assert got < 200


# -- a file that goes away ------------------------------------------------------------


def remove(database: Path) -> None:
    for path in database.parent.glob("queue.db*"):
        if path.is_file():
            path.unlink()


def replace(database: Path) -> None:
    """Put a copy in the place of the file, as a restore from a backup does."""
    copy = database.with_name("copy")
    connection = sqlite3.connect(str(database), isolation_level=None)
    connection.execute("VACUUM INTO ?", (str(copy),))
    connection.close()
    remove(database)
    copy.rename(database)


@pytest.mark.parametrize("change", [remove, replace, Path.unlink])
def test_a_publisher_notices_that_its_file_went_away(
    database: Path, change: Callable[[Path], None]
) -> None:
    with connect(database) as connection:
        producer = connection.Producer()
        producer.publish("", routing_key="jobs", headers={"task": "t", "id": "before"})
        change(database)
        with pytest.raises(Replaced, match="was deleted or replaced while it was in use: restart"):
            producer.publish("", routing_key="jobs", headers={"task": "t", "id": "lost?"})
        if database.exists():
            assert "lost?" not in in_file(database)
        producer.publish("", routing_key="jobs", headers={"task": "t", "id": "after"})
    assert "after" in in_file(database)


def test_a_publish_that_is_retried_goes_to_the_file_that_is_there(database: Path) -> None:
    with connect(database) as connection:
        producer = connection.Producer()
        for task_id in ("one", "two"):
            producer.publish(
                "", routing_key="jobs", headers={"task": "t", "id": task_id}, retry=True
            )
            if task_id == "one":
                remove(database)
    assert in_file(database) == ["two"]


@pytest.mark.parametrize("change", [remove, replace])
def test_a_waiting_consumer_notices_that_its_file_went_away(
    database: Path, change: Callable[[Path], None]
) -> None:
    """It must not wait at the old file for what is published to the new one."""
    with (
        connect(database) as connection,
        connection.Consumer([kombu.Queue("jobs")], on_message=lambda message: message.ack()),
    ):
        with pytest.raises(TimeoutError):
            connection.drain_events(timeout=0.1)
        change(database)
        with pytest.raises(Replaced):
            connection.drain_events(timeout=PATIENCE)


def test_a_consumer_connects_anew_and_goes_on(database: Path) -> None:
    """As Celery's worker and kombu's ConsumerMixin do on a connection error."""
    got: list[str] = []

    class Consumer(ConsumerMixin):  # type: ignore[misc]
        connection = connect(database)

        def get_consumers(self, consumer: Any, channel: Any) -> list[Any]:
            return [consumer([kombu.Queue("jobs")], on_message=self.on_message)]

        def on_message(self, message: Any) -> None:
            got.append(message.headers["id"])
            message.ack()
            if message.headers["id"] == "one":
                remove(database)
                subprocess.run([sys.executable, "-c", PUBLISH_TWO, database], check=True)
            else:
                self.should_stop = True

    publish(database, "one")
    consumer = Consumer()
    thread = threading.Thread(target=consumer.run, daemon=True)
    thread.start()
    thread.join(PATIENCE)
    consumer.should_stop = True
    assert got == ["one", "two"]


PUBLISH_TWO = """
import sys, kombu, sqlite_transport
with kombu.Connection("sqlite:///" + sys.argv[1]) as connection:
    connection.Producer().publish("", routing_key="jobs", headers={"task": "t", "id": "two"})
"""


def test_the_file_is_opened_anew_by_the_next_use(database: Path) -> None:
    publish(database, "one")
    opened = open_database(database)
    generation = opened.generation
    with connect(database) as connection:
        channel = connection.channel()
        remove(database)
        with pytest.raises(Replaced):
            channel.queue_declare("films")
        channel.queue_declare("films")
    assert opened.generation == generation + 1
    publish(database, "three")
    assert in_file(database) == ["three"]


# -- backup ---------------------------------------------------------------------------


def test_the_documented_backup_restores_waiting_and_claimed_jobs(database: Path) -> None:
    """Made beside a consumer that holds a job, with the command that docs/files.md tells."""
    if shutil.which("sqlite3") is None:
        pytest.skip("no sqlite3 shell: apt-get install sqlite3")
    text = (Path(__file__).parents[2] / "docs" / "files.md").read_text()
    example = text.partition("```console\n")[2].partition("```")[0]
    commands = "\n".join(line.removeprefix("$ ") for line in example.splitlines())
    with connect(database) as connection:
        publish(database, "held", "waiting")
        channel = connection.channel()
        assert kombu.Queue("jobs")(channel).get().headers["id"] == "held"
        subprocess.run(["sh", "-ec", commands], cwd=database.parent, check=True, timeout=PATIENCE)
        publish(database, "later")
    close_databases()
    backup = database.with_name("backup.db")
    assert stat.S_IMODE(backup.stat().st_mode) == 0o600
    remove(database)
    backup.rename(database)
    with connect(database) as connection:
        queue = connection.SimpleQueue("jobs")
        assert [queue.get(timeout=PATIENCE).headers["id"] for _ in range(2)] == ["held", "waiting"]
        assert open_database(database).read("PRAGMA auto_vacuum") == [(2,)]


def test_a_new_connection_finds_the_new_file(tmp_path: Path) -> None:
    database = tmp_path.resolve() / "queue.db"
    with kombu.Connection(f"sqlite:///{database}") as connection:
        connection.SimpleQueue("films").put("old")
    database.unlink()

    with kombu.Connection(f"sqlite:///{database}") as connection:
        films = connection.SimpleQueue("films")
        films.put("new")
        assert films.get(timeout=PATIENCE).payload == "new"
