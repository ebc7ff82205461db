"""The real `celery` program, and a real worker, with the jobs that it leaves."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from dying import WITH_PARENT

from sqlite_transport.jobs import Jobs

Run = Callable[..., subprocess.CompletedProcess[str]]

APPLICATION = """
from celery import Celery

app = Celery("films", broker="sqlite:///queue.db", task_cls="sqlite_transport.task:Task")
app.conf.imports = ["sqlite_transport.worker"]
app.conf.task_acks_late = True


@app.task(bind=True, name="scan")
def scan(self, path):
    if path == "broken":
        raise ValueError("cannot read it")
    if path == "long":
        self.progress(3, 10, "copying")
        import time
        time.sleep(600)
    return path
"""

CELERY = [sys.executable, "-m", "celery"]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Run `celery …` beside the test, without a terminal."""
    (tmp_path / "films.py").write_text(APPLICATION)

    def run(*arguments: object) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*CELERY, *map(str, arguments)],
            cwd=tmp_path,
            # Without COLUMNS, which readline sets behind Python's back.
            env=os.environ,
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            timeout=300,
        )

    return run


@pytest.fixture
def worker(run: Run, tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    with (tmp_path / "worker.log").open("wb") as log:
        worker = subprocess.Popen(
            [*WITH_PARENT, *CELERY, "-A", "films", "worker", "-c", "1", "-n", "w@h"],
            cwd=tmp_path,
            stdout=log,
            stderr=log,
        )
    yield worker
    worker.kill()
    worker.wait()


def wait_until(condition: Callable[[], Any]) -> None:
    while not condition():  # until the test's own timeout
        time.sleep(0.05)


@pytest.mark.usefixtures("worker")
def test_a_day_at_the_desk(run: Run, api: Jobs, tmp_path: Path) -> None:
    ids = [
        json.loads(run("-A", "films", "jobs", "add", "scan", "--args", text, "--json").stdout)["id"]
        for text in ('["broken"]', '["fine"]', '["long"]')
    ]
    wait_until(lambda: api.get(ids[2]).progress)
    shown = run("-A", "films", "jobs", "list")
    assert (shown.returncode, shown.stderr) == (0, "")
    assert "3/10 (30%) copying" in shown.stdout
    workers = json.loads(run("-A", "films", "jobs", "workers", "--json").stdout)["items"]
    assert [(each["name"], each["alive"]) for each in workers] == [("w@h", True)]
    assert [job["id"] for job in workers[0]["jobs"]] == [ids[2]]
    assert f"{ids[2]} scan (" in run("-A", "films", "jobs", "workers").stdout
    refused = run("-A", "films", "jobs", "restore", "films.py", "--yes")
    assert refused.returncode in (4, 5)
    stopped = run("-A", "films", "jobs", "cancel", ids[2], "--wait", "60s", "--json")
    assert json.loads(stopped.stdout)["items"][0]["status"] == "cancelled"
    history = run("-A", "films", "jobs", "history")
    assert "ValueError: cannot read it" in history.stdout
    told = run("-A", "films", "jobs", "history", "--all", "--json").stdout.splitlines()
    assert [json.loads(line)["status"] for line in told] == ["cancelled", "completed", "failed"]
    assert "Traceback (most recent call last)" in run("-A", "films", "jobs", "get", ids[0]).stdout
    breaker = ("breaker", "--type", "scan", "--failures", "1", "--seconds", "3600")
    run("-A", "films", "jobs", *breaker)
    retried = run("-A", "films", "jobs", "retry", "--all", "--since", "1h", "--yes")
    assert (retried.returncode, retried.stdout) == (0, "1 retried\n")
    wait_until(lambda: api.get(ids[0]).attempts and api.get(ids[0]).status == "failed")
    assert "earlier attempts" in run("-A", "films", "jobs", "get", ids[0]).stdout
    assert "open, next try in" in run("-A", "films", "jobs", "limits").stdout
    blocked = api.add("scan", ["fine"])
    wait_until(lambda: api.get(blocked.id).status == "blocked")
    assert "type:scan" in run("-A", "films", "jobs", "list", "--status", "blocked").stdout


def test_what_happens_is_followed(run: Run, api: Jobs, tmp_path: Path) -> None:
    arguments = ["--name", "job:created", "--json"]
    with subprocess.Popen(
        [*WITH_PARENT, *CELERY, "-A", "films", "jobs", "events", *arguments],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        text=True,
    ) as following:
        wait_until(lambda: api.broker.database.read("SELECT 1 FROM subscriber"))
        job = api.add("scan", ["x"])
        api.cancel(job.id)
        another = api.add("scan", ["y"])
        assert following.stdout is not None
        events = [json.loads(following.stdout.readline()) for _ in range(2)]
        following.kill()
    assert [(event["name"], event["job_id"]) for event in events] == [
        ("job:created", job.id),
        ("job:created", another.id),
    ]


def test_silence_ends_it(run: Run) -> None:
    done = run("-A", "films", "jobs", "events", "--timeout", "1s", "--json")
    assert (done.returncode, done.stdout) == (0, "")


def test_no_application_but_a_broker(run: Run, api: Jobs, tmp_path: Path) -> None:
    job = api.add("scan", ["x"])
    listed = run("-b", f"sqlite:///{tmp_path}/queue.db", "jobs", "list", "--json")
    assert [each["id"] for each in json.loads(listed.stdout)["items"]] == [job.id]


def test_the_codes_reach_the_shell(run: Run) -> None:
    codes = {
        ("list",): 0,
        ("list", "--limit", "0"): 2,
        ("get", "17"): 3,
        ("purge", "nowhere", "--yes"): 4,
    }
    assert {call: run("-A", "films", "jobs", *call).returncode for call in codes} == codes
    foreign = run("-b", "memory://", "jobs", "list")
    assert (foreign.returncode, foreign.stdout) == (4, "")
    assert len(foreign.stderr.splitlines()) == 1


def test_a_reader_that_leaves_early(run: Run, api: Jobs, tmp_path: Path) -> None:
    for number in range(2000):
        api.add("scan", [f"{number:1000}"])
    command = f"{sys.executable} -m celery -A films jobs list --all --json | head -1"
    done = subprocess.run(
        command, shell=True, cwd=tmp_path, capture_output=True, text=True, timeout=300
    )
    assert len(done.stdout.splitlines()) == 1
    assert done.stderr == ""


def test_other_programs_of_celery_do_not_pay_for_it() -> None:
    code = (
        "import sys; from celery.bin.celery import celery;"
        "print('jobs' in celery.commands, 'rich' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["True", "False"]


def test_options_of_the_application_itself(run: Run, tmp_path: Path) -> None:
    """Celery gives an application's preload options to every command, this one too."""
    with (tmp_path / "films.py").open("a") as file:
        file.write(
            "from click import Option\n"
            "app.user_options['preload'].add(Option(['--tenant'], default='none'))\n"
        )
    done = run("-A", "films", "jobs", "--tenant", "me", "list")
    assert (done.returncode, done.stdout) == (0, "")
