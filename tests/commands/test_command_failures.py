"""How a verb ends that cannot do what it was told, and what the help says."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from celery import Celery
from celery.bin.base import CLIContext
from click.testing import CliRunner, Result

from sqlite_transport.commands import exit_codes, jobs
from sqlite_transport.commands.group import SECTIONS
from sqlite_transport.jobs import Jobs

Call = Callable[..., Result]

VERBS = [verb for verbs in SECTIONS.values() for verb in verbs]
MODULES = Path(exit_codes.__file__).parent / "verbs"

#: A call of each verb that needs the file.
CALLS = [
    ("list",),
    ("history",),
    ("get", "1"),
    ("stats",),
    ("workers",),
    ("schedules",),
    ("events", "--timeout", "1s"),
    ("add", "scan"),
    ("update", "1", "--priority", "1"),
    ("cancel", "1"),
    ("cancel", "--all"),
    ("retry", "1"),
    ("retry", "--all"),
    ("promote", "--all"),
    ("reset-stalled",),
    ("pause", "--type", "scan"),
    ("resume", "--type", "scan"),
    ("limits",),
    ("limit", "--type", "scan", "--rate", "1/s"),
    ("breaker", "--type", "scan", "--off"),
    ("cleanup",),
    ("purge", "celery"),
    ("vacuum",),
    ("backup", "backup.db"),
    ("restore", "backup.db"),
    ("doctor",),
]


def test_every_verb_has_a_module_and_a_call() -> None:
    names = {path.stem.replace("_", "-") for path in MODULES.glob("*.py")} - {"--init--"}
    assert names == set(VERBS) == {call[0] for call in CALLS}


def test_the_help_names_all(call: Call) -> None:
    shown = call("--help").stdout
    for word in (*SECTIONS, *VERBS, "Examples:", "Exit codes:", "130  interrupted"):
        assert word in shown
    assert "..." not in shown.partition("Look:")[2]


@pytest.mark.parametrize("verb", VERBS)
def test_the_help_of_a_verb_has_an_example(call: Call, verb: str) -> None:
    shown = call(verb, "--help").stdout
    assert f"celery -A films jobs {verb}" in shown
    assert "--json" in shown


def test_a_verb_that_there_is_not(call: Call) -> None:
    result = call("lits")
    assert result.exit_code == 2
    assert "list" in result.stderr


#: What other brokers do too; without a worker that answers some of it fails.
ELSEWHERE = {"stats": 0, "doctor": 0, "events": 0, "add": 0, "purge": 0, "get": 3}
SURE = {"cleanup": ["--yes"], "purge": ["--yes"]}
SILENT = ("list", "workers", "limits", "cancel")


@pytest.mark.parametrize("arguments", CALLS, ids=" ".join)
def test_another_broker(call: Call, arguments: tuple[str, ...]) -> None:
    foreign = Celery("foreign", broker="memory://", set_as_current=False)
    verb = arguments[0]
    result = call(*arguments, *SURE.get(verb, ()), "--json", app=foreign)
    foreign.close()
    assert result.exit_code == ELSEWHERE.get(verb, 4)
    if result.exit_code == 4:
        error = json.loads(result.stderr)["error"]
        assert error["kind"] == ("NobodyAnswered" if verb in SILENT else "NotOnThisBroker")
        assert "no worker has answered" in error["message"] or "memory://" in error["message"]


@pytest.mark.parametrize("arguments", CALLS, ids=" ".join)
def test_a_url_that_names_no_file(call: Call, app: Celery, arguments: tuple[str, ...]) -> None:
    app.conf.broker_url = "sqlite://host/queue.db"
    result = call(*arguments, app=app)
    assert (result.exit_code, result.stdout) == (5, "")
    assert "names a host" in result.stderr


def test_an_option_that_is_wrong(call: Call, app: Celery) -> None:
    app.conf.broker_transport_options = {"durability": "much"}
    result = call("list")
    assert result.exit_code == 5
    assert "must be 'full' or 'normal'" in result.stderr


def test_a_place_that_is_no_file(call: Call, tmp_path: Path) -> None:
    app = Celery("films", broker=f"sqlite:///{tmp_path}", set_as_current=False)
    result = call("list", app=app)
    app.close()
    assert result.exit_code == 5
    assert "this is a directory" in result.stderr


def test_a_history_that_fails_among_several_jobs(
    call: Call, app: Celery, api: Jobs, tmp_path: Path
) -> None:
    """What was done is told, and the rest is not tried."""
    ids = [api.cancel(api.add("scan", [number]).id).id for number in range(2)]
    (tmp_path / "history.db").write_text("no database " * 1000)
    app.conf.broker_transport_options = {"history_url": f"sqlite:///{tmp_path}/history.db"}
    result = call("retry", ids[0], "somebody-in-the-history", ids[1])
    assert result.exit_code == 5
    assert [line.split()[0] for line in result.stdout.splitlines()] == [str(ids[0])]
    assert "history.db" in result.stderr
    assert len(result.stderr.splitlines()) == 1
    assert api.get(ids[1]).status == "cancelled"


@pytest.mark.parametrize(
    "arguments",
    [("list", "--type"), ("history", "--queue"), ("pause", "--type"), ("purge",), ("backup",)],
    ids=" ".join,
)
def test_what_was_not_typed_in_utf_8(call: Call, api: Jobs, arguments: tuple[str, ...]) -> None:
    typed = b"caf\xe9".decode(errors="surrogateescape")
    result = call(*arguments, typed, "--json")
    error = json.loads(result.stderr)["error"]
    assert (result.exit_code, result.stdout) == (4, "")
    assert "is no text: write it in UTF-8" in error["message"]


def test_quiet_is_quiet(app: Celery) -> None:
    context = CLIContext(app=app, no_color=False, workdir=None, quiet=True)
    result = CliRunner().invoke(jobs, ["list"], obj=context)
    assert (result.exit_code, result.output) == (0, "")
