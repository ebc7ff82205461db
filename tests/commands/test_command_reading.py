"""Looking at jobs on the command line: what is told, and how it is shown."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from click.testing import Result

from sqlite_transport.jobs import Jobs

Call = Callable[..., Result]
Told = Callable[..., Any]

#: What no float and no table could hold.
BIG = 2**70
UNKNOWN = {"__type__": "datetime", "__value__": "2026-01-31T14:03:22.123456+00:00"}


def lines(result: Result) -> list[str]:
    """Return what a table shows, without its head."""
    return result.stdout.splitlines()[2:]


@pytest.fixture
def narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")


def test_numbers_that_json_does_not_have(call: Call, api: Jobs) -> None:
    job = api.add("any", [float("nan"), BIG, {"deep": float("-inf")}, 0.1])
    for arguments in (("get", job.id), ("list",), ("list", "--all")):
        printed = call(*arguments, "--json").stdout
        assert f'[null, {BIG}, {{"deep": null}}, 0.1]' in printed


@pytest.mark.parametrize("columns", ["15", "40"])
def test_however_narrow_it_is_no_id_is_cut(
    call: Call, api: Jobs, monkeypatch: pytest.MonkeyPatch, columns: str
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    with api.broker.database.writing as connection:
        connection.execute("UPDATE state SET last_job_id = 12345677")
    assert api.add("scan", ["x"]).id == 12345678
    assert lines(call("list"))[0].startswith("12345678  pending ")
    api.cancel(12345678)
    assert lines(call("history"))[0].startswith("12345678  cancelled ")


def test_a_job_is_told_exactly(told: Told, api: Jobs) -> None:
    job = api.add("any", [BIG, UNKNOWN, "Amélie \ud83d"], {"deep": None})
    assert told("get", job.id) == json.loads(json.dumps(api.get(job.id).as_json()))
    assert told("get", job.task_id)["args"] == [BIG, UNKNOWN, "Amélie \ud83d"]


def test_letters_are_told_as_they_are(call: Call, api: Jobs) -> None:
    job = api.add("scan", ["Amélie 😀"])
    assert "Amélie 😀" in call("get", job.id, "--json").stdout
    assert '["Amélie 😀"]' in call("get", job.id).stdout


def test_a_job_is_shown(call: Call, api: Jobs) -> None:
    job = api.add("scan", ["/films/Heat"], {"deep": True}, countdown=3600)
    api.cancel(job.id)
    shown = call("get", job.id, "--utc").stdout
    for fact in ("scan", "cancelled", str(job.task_id), '["/films/Heat"]', '{"deep": true}'):
        assert fact in shown
    assert "Z (in 59 m)" in shown or "Z (in 1 h)" in shown


def test_a_job_that_is_not_there(call: Call) -> None:
    result = call("get", 17)
    assert (result.exit_code, result.stdout) == (3, "")
    assert result.stderr.startswith("Error: there is no job")
    error = json.loads(call("get", 17, "--json").stderr)["error"]
    assert (error["kind"], error["exit_code"]) == ("NoSuchJob", 3)


def test_what_is_to_be_done(call: Call, told: Told, api: Jobs) -> None:
    first, second = api.add("scan", ["/films/Heat"]), api.add("publish", [1], countdown=3600)
    assert [job["id"] for job in told("list")["items"]] == [first.id, second.id]
    shown = lines(call("list"))
    assert [line.split()[:3] for line in shown] == [
        [str(first.id), "pending", "scan"],
        [str(second.id), "scheduled", "publish"],
    ]
    assert "in 59 m" in shown[1] or "in 1 h" in shown[1]


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        (("--type", "publish"), [1]),
        (("--status", "scheduled"), [2]),
        (("--queue", "others"), [3]),
        (("--text", "heat"), [0]),
        (("--type", "scan", "--text", "nothing"), []),
    ],
)
def test_a_list_is_narrowed(
    told: Told, api: Jobs, filters: tuple[str, ...], found: list[int]
) -> None:
    jobs = [
        api.add("scan", ["/films/Heat"]),
        api.add("publish", [1]),
        api.add("scan", [2], countdown=3600),
        api.add("scan", [3], queue="others"),
    ]
    assert [job["id"] for job in told("list", *filters)["items"]] == [jobs[n].id for n in found]


def test_pages_follow_each_other(call: Call, told: Told, api: Jobs) -> None:
    ids = [api.add("scan", [number]).id for number in range(5)]
    seen, after = [], None
    while after is not None or not seen:
        page = told("list", "--limit", 2, *(["--after", after] if after else []))
        seen += [job["id"] for job in page["items"]]
        after = page["next"]
    assert seen == ids
    result = call("list", "--limit", 2)
    following = result.stderr.removeprefix("There is more: --after ").partition(",")[0]
    assert [line.split()[0] for line in lines(call("list", "--after", following))] == [
        str(job) for job in ids[2:]
    ]


def test_a_long_page_is_read_in_parts(told: Told, api: Jobs) -> None:
    for number in range(3):
        api.add("scan", [number])
    assert len(told("list", "--limit", 100_000)["items"]) == 3


def test_everything_is_a_line_each(call: Call, api: Jobs) -> None:
    ids = [api.add("scan", [number]).id for number in range(3)]
    told = call("list", "--all", "--json").stdout.splitlines()
    assert [json.loads(line)["id"] for line in told] == ids
    assert [line.split()[0] for line in lines(call("list", "--all"))] == [str(job) for job in ids]


@pytest.mark.parametrize("verb", ["list", "history"])
@pytest.mark.parametrize("all_of_it", [(), ("--all",)])
def test_nothing_matches(call: Call, verb: str, all_of_it: tuple[str, ...]) -> None:
    result = call(verb, "--type", "none", *all_of_it)
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr == "No job matches.\n"


def test_an_empty_list_is_a_document_too(told: Told) -> None:
    assert told("list") == {"items": [], "next": None}


def test_the_history(call: Call, told: Told, api: Jobs) -> None:
    ids = [api.add("scan", [number]).id for number in range(2)]
    for job in ids:
        api.cancel(job)
    assert [job["id"] for job in told("history", "--since", "2h")["items"]] == ids[::-1]
    assert told("history", "--until", "2h")["items"] == []
    assert [line.split()[1] for line in lines(call("history"))] == ["cancelled", "cancelled"]


def test_a_time_that_is_none(call: Call) -> None:
    result = call("history", "--since", "yesterday")
    assert result.exit_code == 2
    assert "write 90s, 10m, 2h or 7d" in result.stderr


def test_the_numbers(call: Call, told: Told, api: Jobs) -> None:
    api.add("scan", [1])
    api.cancel(api.add("publish", [1]).id)
    stats = told("stats", "--window", "10m")
    assert (stats["pending"], stats["cancelled"], stats["window"]) == (1, 1, 600.0)
    shown = call("stats").stdout
    assert "to be done" in shown
    assert "1 cancelled" in shown


@pytest.mark.usefixtures("narrow")
def test_eighty_columns_hold_a_table_and_cut_no_id(call: Call, api: Jobs) -> None:
    job = api.add("a.task.with.a.name." + "that.goes.on." * 9, ["x"], queue="and-its-queue" * 9)
    for result in (call("list"), call("stats")):
        assert max(map(len, result.stdout.splitlines())) <= 80
        assert "…" in result.stdout
    assert lines(call("list"))[0].split()[0] == str(job.id)
    assert str(job.task_id) in call("cancel", job.id).stdout


def test_what_is_piped_is_not_cut(call: Call, api: Jobs) -> None:
    name = "a.task.with.a.name." + "that.goes.on." * 9
    api.add(name, ["x"])
    assert name in call("list").stdout


def test_nobodys_words_command_the_terminal(call: Call, api: Jobs) -> None:
    job = api.add("scan\x1b[2J\u202e\n[bold]", ["\x1b]0;title\x07"])
    for shown in (call("list").stdout, call("get", job.id).stdout):
        assert not {"\x1b", "\x07", "\u202e"} & set(shown)
        assert "scan\\x1b[2J\\u202e\\n[bold]" in shown
