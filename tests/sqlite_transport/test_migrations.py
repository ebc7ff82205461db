"""Files of older versions are brought forward in place, in one transaction, by one process."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import kombu
import pytest

from sqlite_transport import migrations
from sqlite_transport.database import close_databases, open_database
from sqlite_transport.errors import Unusable
from sqlite_transport.library import sqlite3

Step = Callable[[Callable[..., Any]], None]


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Path]:
    """A file of the present version with a message in it, closed."""
    path = tmp_path.resolve() / "queue.db"
    with kombu.Connection(f"sqlite:///{path}") as connection:
        connection.Producer().publish("kept", routing_key="jobs")
    close_databases()
    yield path
    close_databases()


def add_colour(execute: Callable[..., Any]) -> None:
    execute("ALTER TABLE job ADD COLUMN colour TEXT NOT NULL DEFAULT 'green'")


def index_colour(execute: Callable[..., Any]) -> None:
    execute("UPDATE job SET colour = 'blue'")
    execute("CREATE INDEX job_colour ON job (colour)")


def fail(execute: Callable[..., Any]) -> None:
    execute("ALTER TABLE job ADD COLUMN half TEXT")
    execute("DELETE FROM job")
    raise RuntimeError("in the middle")


def migrate(path: Path, *steps: Step) -> None:
    """Bring the file forward by these steps, as a later version of the package would."""
    present = migrations.VERSION
    later = {present + number: step for number, step in enumerate(steps, start=1)}
    with pytest.MonkeyPatch.context() as patch, closing(opened(path)) as connection:
        patch.setattr(migrations, "STEPS", {**migrations.STEPS, **later})
        migrations.migrate(connection.execute, path, present + len(steps))


def opened(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(str(path), isolation_level=None)


def state(path: Path) -> tuple[int, list[str], list[tuple[Any, ...]]]:
    """Return the version, the schema and the messages."""
    with closing(opened(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
        return (
            connection.execute("PRAGMA user_version").fetchone()[0],
            [row[0] for row in connection.execute("SELECT sql FROM sqlite_schema ORDER BY name")],
            connection.execute("SELECT * FROM job").fetchall(),
        )


def test_a_new_file_has_the_present_version(database: Path) -> None:
    assert state(database)[0] == migrations.VERSION


def test_every_version_since_the_first_has_its_step() -> None:
    assert sorted(migrations.STEPS) == list(range(2, migrations.VERSION + 1))


def test_steps_run_in_their_order_and_keep_what_is_there(database: Path) -> None:
    version, _, before = state(database)
    migrate(database, add_colour, index_colour)
    after_version, schema, after = state(database)
    assert after_version == version + 2
    assert after == [(*before[0], "blue")]
    assert any("job_colour" in (sql or "") for sql in schema)


def test_a_migrated_file_is_migrated_once(database: Path) -> None:
    migrate(database, add_colour)
    migrate(database, add_colour)


@pytest.mark.parametrize("steps", [(fail,), (add_colour, fail), (add_colour, index_colour, fail)])
def test_a_failure_leaves_the_old_version_as_it_was(
    database: Path, steps: tuple[Step, ...]
) -> None:
    before = state(database)
    with pytest.raises(RuntimeError, match="in the middle"):
        migrate(database, *steps)
    assert state(database) == before
    migrate(database, add_colour)
    assert state(database)[0] == before[0] + 1


def test_this_version_refuses_what_a_later_one_made(database: Path) -> None:
    migrate(database, add_colour)
    before = database.read_bytes()
    with pytest.raises(Unusable, match=r"newer than the .* that this sqlite-transport knows"):
        open_database(database)
    assert database.read_bytes() == before


def test_a_failed_creation_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "queue.db"
    with closing(opened(path)) as connection:
        real = migrations.create

        def create_and_fail(execute: Callable[..., Any]) -> None:
            real(execute)
            raise RuntimeError("in the middle")

        monkeypatch.setattr(migrations, "create", create_and_fail)
        with pytest.raises(RuntimeError, match="in the middle"):
            migrations.migrate(connection.execute, path)
        assert connection.execute("SELECT count(*) FROM sqlite_schema").fetchone() == (0,)
        monkeypatch.setattr(migrations, "create", real)
        migrations.migrate(connection.execute, path)
        assert connection.execute("PRAGMA user_version").fetchone() == (migrations.VERSION,)


# A later version of the package, as a program: its one step counts its runs and is slow.
LATER = """
import os, signal, sys, time
from pathlib import Path
from sqlite_transport import database, migrations
path, how = Path(sys.argv[1]), sys.argv[2]
later = migrations.VERSION + 1
def step(execute):
    execute("CREATE TABLE step_runs (pid)")
    execute("INSERT INTO step_runs VALUES (?)", (os.getpid(),))
    execute("DELETE FROM job")
    print("in the middle", flush=True)
    if how == "dies":
        os.kill(os.getpid(), signal.SIGKILL)
    time.sleep(0.2)
    execute("INSERT INTO job (queue, type, priority, headers, properties, status, created_at,"
            " updated_at) VALUES ('jobs', 'new', 5, '{}', '{}', 'pending', 0, 0)")
migrations.STEPS[later] = step
database.check = lambda execute, path: migrations.check(execute, path, later)
database.migrate = lambda execute, path: migrations.migrate(execute, path, later)
print(database.open_database(path).read("SELECT count(*) FROM step_runs"), flush=True)
"""


def later(database: Path, how: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", LATER, database, how], stdout=subprocess.PIPE, text=True
    )


def test_of_several_processes_one_migrates_and_the_others_find_it_done(database: Path) -> None:
    programs = [later(database, "lives") for _ in range(4)]
    try:
        outputs = [program.communicate(timeout=240)[0].splitlines() for program in programs]
    finally:
        for program in programs:
            program.kill()
            program.wait()
    assert [program.returncode for program in programs] == [0] * 4
    assert sorted(outputs) == [*[["[(1,)]"]] * 3, ["in the middle", "[(1,)]"]]
    assert state(database)[0] == migrations.VERSION + 1


def test_a_process_killed_in_the_middle_leaves_the_old_version(database: Path) -> None:
    before = state(database)
    for _ in range(2):
        program = later(database, "dies")
        assert program.communicate(timeout=240)[0] == "in the middle\n"
        assert program.returncode == -9
        assert state(database) == before
    program = later(database, "lives")
    assert program.communicate(timeout=240)[0].splitlines() == ["in the middle", "[(1,)]"]
    assert state(database)[0] == before[0] + 1


def test_a_file_of_many_jobs_is_migrated_in_one_transaction(database: Path) -> None:
    """A reader sees either version, nothing between."""
    with closing(opened(database)) as reader:
        reader.execute("BEGIN")
        before = reader.execute("SELECT * FROM job").fetchall()
        migrate(database, add_colour, index_colour)
        assert reader.execute("SELECT * FROM job").fetchall() == before
        assert reader.execute("PRAGMA user_version").fetchone() == (migrations.VERSION,)
        reader.execute("COMMIT")
        assert reader.execute("PRAGMA user_version").fetchone() == (migrations.VERSION + 2,)
