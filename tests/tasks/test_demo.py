"""The demonstration as a newcomer runs it: programs, files, a real worker."""

import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest
from fakes import Providers
from lxml import etree

from tasks import demo

CHECKOUT = Path(demo.__file__).parents[1]
PATIENT = ("--wait", "300")
SECONDS = 120
CHAIN = [
    "webhook",
    "scan-movie",
    "discover-assets",
    "enrich-metadata",
    "fetch-provider-assets",
    "select-assets",
    "publish",
    "notify-players",
]


def run(
    directory: Path, *arguments: str, environment: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    own = {k: v for k, v in os.environ.items() if not k.startswith(("MEDIA_", "CELERY_"))}
    return subprocess.run(
        [sys.executable, "-m", "tasks.demo", "--dir", str(directory), *arguments],
        check=False,
        capture_output=True,
        text=True,
        timeout=400,
        cwd=directory.parent,
        env=own | {"PYTHONPATH": str(CHECKOUT)} | (environment or {}),
    )


def ensure_no_worker_is_left(directory: Path) -> None:
    """Wait until the worker's processes are gone: one that is told to end may take a while."""
    deadline = time.monotonic() + SECONDS
    while left := workers_in(directory):
        assert time.monotonic() < deadline, left
        time.sleep(0.05)


def workers_in(directory: Path) -> list[int]:
    return [
        process.pid
        for process in psutil.process_iter(["cwd", "cmdline"])
        if process.info["cwd"] == str(directory) and "worker" in (process.info["cmdline"] or [])
    ]


def nfo_of(directory: Path, name: str) -> etree._ElementTree:
    (path,) = (directory / "movies" / name).glob("*.nfo")
    return etree.parse(path)


def test_it_takes_three_movies_all_the_way_offline_and_does_so_again(tmp_path: Path) -> None:
    directory = tmp_path / "a directory"
    directory.mkdir()
    for _ in range(2):
        # A setting of the user's own must not lead it into their library.
        ended = run(directory, *PATIENT, environment={"MEDIA_LIBRARIES": '{"mine": "/mnt/movies"}'})
        assert ended.returncode == demo.DONE, ended.stdout + ended.stderr
        for movie in ("Sintel (2010)", "Big Buck Bunny (2008)", "Tears of Steel (2012)"):
            block = ended.stdout.partition(f"\n{movie}\n")[2].partition("\n\n")[0]
            # Movies that are published at the same moment have one job for the players.
            assert {line.split()[0] for line in block.splitlines()} | {CHAIN[-1]} == set(CHAIN)
            assert {line.split()[1] for line in block.splitlines()} == {"completed"}
        assert CHAIN[-1] in ended.stdout
        assert "from the NFO and the file's name" in ended.stdout
    assert nfo_of(directory, "Big Buck Bunny (2008)").findtext("title") == "Big Buck Bunny"
    tears = nfo_of(directory, "Tears of Steel (2012)")
    assert (tears.findtext("playcount"), tears.findtext("shelf")) == ("2", "living room")
    assert "<shelf>living room</shelf>" in ended.stdout
    assert (directory / ".gitignore").read_text() == "*\n"
    ensure_no_worker_is_left(directory)


def test_with_a_key_tmdb_is_asked(tmp_path: Path) -> None:
    with Providers() as providers:
        variables = {
            name: value
            for name, value in providers.environment().items()
            if name.startswith("MEDIA_PROVIDERS__TMDB__")
        }
        ended = run(tmp_path / "demo", *PATIENT, environment=variables)
        assert ended.returncode in (demo.DONE, demo.NOT_DONE), ended.stdout + ended.stderr
        assert {one.path for one in providers.tmdb.asked("/3/movie/.*")} >= {"/3/movie/45745"}


def test_jobs_that_do_not_end_in_time_are_told(tmp_path: Path) -> None:
    ended = run(tmp_path / "demo", "--wait", "0.1")
    assert ended.returncode == demo.NOT_DONE
    assert "The jobs did not end within 0.1 s" in ended.stderr
    assert str(tmp_path / "demo" / "worker.log") in ended.stderr
    ensure_no_worker_is_left(tmp_path / "demo")


@pytest.mark.parametrize("scheme", ["redis"])
def test_a_broker_that_cannot_be_reached_is_named(tmp_path: Path, scheme: str) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        broker = f"{scheme}://127.0.0.1:{unused.getsockname()[1]}/0"
        ended = run(tmp_path / "demo", environment={"CELERY_BROKER_URL": broker})
    assert ended.returncode == demo.NO_BROKER
    assert "cannot reach the broker redis://" in ended.stderr
