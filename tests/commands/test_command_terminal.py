"""The verbs in a terminal: questions, colours, bars and Ctrl-C."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from terminal import Terminal

from sqlite_transport.jobs import Jobs

AtTerminal = Callable[..., Terminal]

APPLICATION = """
from celery import Celery

app = Celery("films", broker="sqlite:///queue.db")
"""


@pytest.fixture
def at_terminal(tmp_path: Path) -> Iterator[AtTerminal]:
    """Call a verb in a terminal."""
    (tmp_path / "films.py").write_text(APPLICATION)
    opened: list[Terminal] = []

    def at_terminal(*arguments: object, **env: str) -> Terminal:
        terminal = Terminal(tmp_path, *map(str, arguments), env=env)
        opened.append(terminal)
        return terminal

    yield at_terminal
    for terminal in opened:
        terminal.close()


def test_yes_and_no(at_terminal: AtTerminal, api: Jobs) -> None:
    jobs = [api.add("scan", [number]).id for number in range(2)]
    refusing = at_terminal("cancel", "--all")
    refusing.wait_for("Cancel 2 jobs? [y/N]: ")
    refusing.type("\n")
    assert refusing.end() == 4
    assert "you said no; nothing was changed" in refusing.shown
    assert api.get(jobs[0]).status == "pending"
    agreeing = at_terminal("cancel", "--all")
    agreeing.wait_for("Cancel 2 jobs? [y/N]: ")
    agreeing.type("y\n")
    assert agreeing.end() == 0
    assert "2 cancelled" in agreeing.shown
    assert api.get(jobs[0]).status == "cancelled"


def test_a_question_is_interrupted(at_terminal: AtTerminal, api: Jobs) -> None:
    job = api.add("scan", ["x"]).id
    terminal = at_terminal("purge", "celery")
    terminal.wait_for("[y/N]: ")
    assert terminal.interrupt() == 130
    assert terminal.shown.endswith("\r\nInterrupted\r\n")
    assert api.get(job).status == "pending"


def test_following_is_interrupted(at_terminal: AtTerminal, api: Jobs) -> None:
    terminal = at_terminal("events")
    while not api.broker.database.read("SELECT 1 FROM subscriber"):
        assert terminal.process.poll() is None
        time.sleep(0.02)
    api.add("scan", ["x"])
    terminal.wait_for("job:created")
    assert terminal.interrupt() == 130
    assert "Traceback" not in terminal.shown
    assert not api.broker.database.read("SELECT 1 FROM subscriber")


def test_colours_are_for_a_terminal_that_wants_them(at_terminal: AtTerminal, api: Jobs) -> None:
    api.add("scan", ["x"], countdown=3600)
    coloured, plain = at_terminal("list"), at_terminal("list", NO_COLOR="1")
    assert coloured.end() == plain.end() == 0
    assert "\x1b[36mscheduled\x1b[0m" in coloured.shown
    assert "\x1b[36m" not in plain.shown
    assert "scheduled" in plain.shown


def test_a_document_is_laid_out_for_a_person(at_terminal: AtTerminal) -> None:
    terminal = at_terminal("list", "--json")
    assert terminal.end() == 0
    assert terminal.shown == '{\r\n  "items": [],\r\n  "next": null\r\n}\r\n'


def test_a_bar(at_terminal: AtTerminal, api: Jobs, tmp_path: Path) -> None:
    api.add("scan", ["x"])
    terminal = at_terminal("backup", tmp_path / "backup.db")
    assert terminal.end() == 0
    assert "copying" in terminal.shown
    assert "━" in terminal.shown
    assert f"{tmp_path}/backup.db: 1 job" in terminal.shown.replace("\r\n", "")
