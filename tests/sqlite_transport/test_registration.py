"""Celery and kombu find `sqlite://` by themselves."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from sqlite_transport.library import sqlite3

CELERY = """
import celery, sys
assert not any(name.startswith("sqlite_transport") for name in sys.modules)
app = celery.Celery("app", broker={url!r})
app.send_task("a.task", task_id="sent")
"""

KOMBU = """
import sqlite_transport
import kombu
with kombu.Connection({url!r}) as connection:
    connection.Producer().publish("", routing_key="celery", headers={{"task": "t", "id": "sent"}})
"""

READER = """
import kombu, sqlite_transport
with kombu.Connection({url!r}) as connection:
    assert connection.SimpleQueue("celery").get(timeout=240).headers["id"] == "sent"
"""


def python(directory: Path, *arguments: str) -> str:
    """Run Python in the directory, where nothing but what is installed can be imported."""
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=directory,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("program", [CELERY, KOMBU], ids=["celery", "kombu"])
@pytest.mark.parametrize("name", ["queue.db", "my queue é.db"])
def test_a_program_that_imports_nothing_of_ours(tmp_path: Path, program: str, name: str) -> None:
    """A Celery app needs the URL alone; bare kombu needs this package imported."""
    python(tmp_path, "-c", program.format(url=f"sqlite:///{name}"))
    connection = sqlite3.connect(str(tmp_path / name))
    try:
        found = connection.execute("SELECT queue, task_id FROM job_queue").fetchall()
    finally:
        connection.close()
    assert found == [("celery", "sent")]
    python(tmp_path, "-c", READER.format(url=f"sqlite:///{name}"))


URLS = ["sqlite:///queue.db", "sqlite:////var/my queue é.db?x=1"]


@pytest.mark.parametrize("url", URLS)
def test_celery_report_prints_the_url_readably(tmp_path: Path, url: str) -> None:
    (tmp_path / "app.py").write_text(f"import celery\napp = celery.Celery('app', broker={url!r})\n")
    output = python(tmp_path, "-m", "celery", "-A", "app", "report")
    assert "transport:sqlite" in output
    assert url in output


def test_an_app_prints_its_connection_readably(tmp_path: Path) -> None:
    program = """
import celery
app = celery.Celery("app", broker="sqlite:///my queue.db")
print(app.connection_for_write().as_uri())
print(app.connection_for_read())
"""
    output = python(tmp_path, "-c", program)
    assert output.splitlines()[0] == "sqlite:///my queue.db"
    assert "sqlite:///my queue.db" in output.splitlines()[1]


def test_a_worker_names_its_broker(tmp_path: Path) -> None:
    """In its banner and in its log, and it can be asked while it runs."""
    (tmp_path / "app.py").write_text(
        "import celery\n"
        "app = celery.Celery('app', broker='sqlite:///my queue.db')\n"
        "@app.task\n"
        "def stop():\n"
        "    app.control.shutdown()\n"
    )
    python(tmp_path, "-c", "from app import stop; stop.delay()")
    worker = [sys.executable, "-m", "celery", "-A", "app", "worker", "-P", "solo", "-l", "info"]
    done = subprocess.run(
        worker, cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "transport:   sqlite:///my queue.db" in done.stdout
    assert "Connected to sqlite:///my queue.db" in done.stderr
