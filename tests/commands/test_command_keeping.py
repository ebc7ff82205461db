"""Housekeeping on the command line."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from celery import Celery
from click.testing import Result

from sqlite_transport.database import close_databases
from sqlite_transport.jobs import Jobs, open_jobs

Call = Callable[..., Result]
Told = Callable[..., Any]


def test_the_history_is_cleaned(told: Told, call: Call, api: Jobs) -> None:
    for number in range(3):
        api.cancel(api.add("scan", [number]).id)
    gone = told("cleanup", "--cancelled", "2", "--yes")
    assert gone == {"completed": 0, "failed": 0, "cancelled": 1, "results": 0}
    assert "2 cancelled" in call("cleanup", "--cancelled", "0", "--yes").stdout
    assert told("history")["items"] == []


def test_where_nothing_is_too_old_nobody_is_asked(told: Told, api: Jobs) -> None:
    api.cancel(api.add("scan", ["x"]).id)
    for keep in ((), ("--cancelled", "1d"), ("--cancelled", "7d,10"), ("--cancelled", "forever")):
        assert told("cleanup", *keep)["cancelled"] == 0


def test_a_history_elsewhere_cannot_be_counted(call: Call, app: Celery, tmp_path: Path) -> None:
    app.conf.broker_transport_options = {"history_url": f"sqlite:///{tmp_path}/history.db"}
    result = call("cleanup")
    assert result.exit_code == 4
    assert "Delete the history that is not to be kept, for good?" in result.stderr


@pytest.mark.parametrize("keep", ["off", "soon", "-1", "7w"])
def test_what_is_kept_is_a_word_of_the_options(call: Call, keep: str) -> None:
    result = call("cleanup", "--failed", keep)
    assert result.exit_code == 2
    assert "7d, 10000" in result.stderr


def test_a_vacuum(told: Told, call: Call, api: Jobs) -> None:
    for number in range(50):
        api.add("scan", ["x" * 10_000 + str(number)])
    api.cancel_all()
    api.cleanup(cancelled="0")
    done = told("vacuum")
    assert done["bytes_after"] < done["bytes_before"]
    assert done["complete"] is True
    assert "0 bytes given back" in call("vacuum").stdout


def test_a_backup_is_restored(told: Told, call: Call, api: Jobs, tmp_path: Path) -> None:
    kept = api.add("scan", ["/films/Heat"])
    backup = tmp_path / "backup.db"
    assert told("backup", backup)["jobs"] == 1
    assert call("backup", backup).exit_code == 4
    assert f"{backup}: 1 job" in call("backup", backup, "--overwrite").stdout
    api.cancel(kept.id)
    asked = call("restore", backup)
    assert asked.exit_code == 4
    assert "Set aside 0 jobs to be done, and the history, in" in asked.stderr
    restored = told("restore", backup, "--yes")
    assert restored["jobs"] == 1
    assert Path(restored["kept"]).exists()
    assert told("get", kept.id)["status"] == "pending"


def test_a_backup_that_is_none_is_refused(call: Call, api: Jobs, tmp_path: Path) -> None:
    kept = api.add("scan", ["x"])
    (tmp_path / "text").write_text("no database " * 1000)
    assert call("restore", tmp_path / "nothing", "--yes").exit_code == 5
    assert call("restore", tmp_path / "text", "--yes").exit_code == 5
    assert api.get(kept.id).status == "pending"


@pytest.fixture
def damaged(api: Jobs, path: Path, tmp_path: Path) -> Path:
    """A file that was damaged after a backup had been made of it."""
    backup = tmp_path / "backup.db"
    api.add("scan", ["/films/Heat"])
    api.backup(backup)
    close_databases()
    path.write_bytes(b"no database " * 1000)
    return backup


@pytest.mark.usefixtures("damaged")
def test_a_damaged_file_is_told_in_one_sentence(call: Call, path: Path) -> None:
    result = call("list")
    assert (result.exit_code, result.stdout) == (5, "")
    assert "is not an SQLite database" in result.stderr
    assert len(result.stderr.splitlines()) == 1
    path.unlink()


def test_a_backup_replaces_a_damaged_file(call: Call, app: Celery, damaged: Path) -> None:
    assert "Set aside what cannot be read in" in call("restore", damaged).stderr
    assert call("restore", damaged, "--yes").exit_code == 0
    assert open_jobs(app).stats().total_active == 1


def test_a_backup_makes_a_missing_file(
    call: Call, api: Jobs, path: Path, tmp_path: Path, app: Celery
) -> None:
    api.add("scan", ["x"])
    api.backup(tmp_path / "backup.db")
    close_databases()
    path.unlink()
    result = call("restore", tmp_path / "backup.db")
    assert result.exit_code == 0
    assert "what was there" not in result.stdout
    assert open_jobs(app).stats().total_active == 1


def test_the_doctor_finds_nothing(told: Told, call: Call, api: Jobs, path: Path) -> None:
    api.add("scan", ["x"])
    told_of = told("doctor", "--deep")
    assert told_of["file"] == str(path)
    assert not [each for each in told_of["items"] if each["level"] == "error"]
    assert "integrity" in call("doctor").stdout


@pytest.mark.usefixtures("damaged")
def test_the_doctor_sees_a_damaged_file(call: Call, path: Path) -> None:
    result = call("doctor", "--json")
    assert result.exit_code == 1
    (error,) = (each for each in json.loads(result.stdout)["items"] if each["level"] == "error")
    assert error["fix"]
    shown = call("doctor")
    assert shown.exit_code == 1
    assert "→ " in shown.stdout
    path.unlink()


def test_the_doctor_makes_no_file(call: Call, path: Path) -> None:
    result = call("doctor")
    assert result.exit_code == 0
    assert "warning" in result.stdout
    assert not path.exists()


def test_the_doctor_needs_no_application(call: Call, tmp_path: Path) -> None:
    foreign = Celery("foreign", broker="memory://", set_as_current=False)
    (tmp_path / "text").write_text("no database " * 1000)
    assert call("doctor", app=foreign).exit_code == 0  # it examines the broker
    assert call("doctor", "--file", tmp_path / "text", app=foreign).exit_code == 1
    foreign.close()


def test_nobody_works(call: Call, told: Told) -> None:
    assert "Nobody works" in call("workers").stderr
    assert told("workers") == {"items": []}
