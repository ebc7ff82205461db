"""Changing jobs on the command line."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from celery import Celery
from click.testing import Result

from sqlite_transport.jobs import Jobs

Call = Callable[..., Result]
Told = Callable[..., Any]


def test_a_job_is_added(told: Told, api: Jobs) -> None:
    arguments = ["--args", f"[{2**70}]", "--kwargs", '{"deep": true}', "--priority", 3]
    job = api.get(told("add", "scan", *arguments, "--queue", "others")["id"])
    assert (job.type, job.args, job.kwargs) == ("scan", [2**70], {"deep": True})
    assert (job.priority, job.queue, job.status) == (3, "others", "pending")


@pytest.mark.parametrize("when", [("--in", "10m"), ("--at", "10m"), ("--at", "2100-01-01")])
def test_a_job_is_added_for_later(told: Told, when: tuple[str, str]) -> None:
    job = told("add", "scan", "--args", '["x"]', *when, "--expires", "2100-02-01")
    assert job["status"] == "scheduled"
    assert job["expires_at"] > job["due_at"] > job["created_at"] + 590


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("--args", "{}"), 2, "another kind of JSON"),
        (("--args", "["), 2, "is no JSON"),
        (("--args", "[" * 100_000), 2, "is no JSON"),
        (("--kwargs", "[]"), 2, "another kind of JSON"),
        (("--priority", "10"), 2, "0<=x<=9"),
        (("--in", "soon"), 2, "is no length of time"),
        (("--in", "1h", "--at", "2h"), 2, "give one of them"),
        (("--args", "[1, 2, 3, 4]"), 4, "cannot be sent"),
    ],
)
def test_a_job_that_cannot_be_added(
    call: Call, api: Jobs, arguments: tuple[str, ...], code: int, said: str
) -> None:
    result = call("add", "scan", *arguments)
    assert (result.exit_code, result.stdout) == (code, "")
    assert said in result.stderr
    assert api.stats().total_active == 0


def test_an_unknown_task_is_refused_if_that_is_wanted(call: Call, api: Jobs) -> None:
    assert call("add", "scna", "--strict").exit_code == 4
    assert api.stats().total_active == 0


def test_nothing_is_added_for_an_application_that_cannot_be_imported(
    call: Call, app: Celery, api: Jobs
) -> None:
    app.conf.imports = ["no_such_module_of_tasks"]
    result = call("add", "scan", "--args", '["x"]')
    assert result.exit_code == 1
    assert "the tasks cannot be imported: ModuleNotFoundError" in result.stderr
    assert api.stats().total_active == 0


def test_a_job_is_changed(told: Told, call: Call, api: Jobs) -> None:
    job = api.add("scan", ["x"], countdown=3600)
    changed = told("update", job.id, "--priority", 1, "--due", "now", "--args", '["y"]')
    assert (changed["priority"], changed["status"], changed["args"]) == (1, "pending", ["y"])
    assert call("update", job.id).exit_code == 2
    api.cancel(job.id)
    assert call("update", job.id, "--priority", 2).exit_code == 4


def test_several_jobs_are_cancelled(told: Told, call: Call, api: Jobs) -> None:
    ids = [api.add("scan", [number]).id for number in range(3)]
    told_of = told("cancel", *ids[:2])["items"]
    assert [(job["id"], job["status"]) for job in told_of] == [
        (job, "cancelled") for job in ids[:2]
    ]
    shown = call("cancel", ids[2]).stdout.split()
    assert shown[:3] == [str(ids[2]), "cancelled", "scan"]


def test_one_that_fails_does_not_keep_the_others(call: Call, api: Jobs) -> None:
    ids = [api.add("scan", [number]).id for number in range(3)]
    api.cancel(ids[0])
    result = call("cancel", ids[0], ids[1], "nobody", ids[2], "--json")
    assert result.exit_code == 1
    assert [job["id"] for job in json.loads(result.stdout)["items"]] == ids[1:]
    errors = [json.loads(line)["error"] for line in result.stderr.splitlines()]
    assert [(each["ref"], each["kind"], each["exit_code"]) for each in errors] == [
        (str(ids[0]), "WrongState", 4),
        ("nobody", "NoSuchJob", 3),
    ]


def test_failures_of_one_kind_have_its_exit_code(call: Call, api: Jobs) -> None:
    job = api.add("scan", ["x"]).id
    result = call("cancel", job, "nobody", "none")
    assert result.exit_code == 3
    assert result.stdout.split()[0] == str(job)
    assert result.stderr.count("Error: ") == 2


def test_a_job_is_retried_and_promoted(told: Told, api: Jobs) -> None:
    ended, later = api.add("scan", [1]).id, api.add("scan", [2], countdown=3600).id
    api.cancel(ended)
    assert told("retry", ended)["items"][0]["status"] == "pending"
    assert told("promote", later)["items"][0]["status"] == "pending"


@pytest.mark.parametrize(
    ("verb", "done"), [("cancel", "cancelled"), ("retry", "retried"), ("promote", "promoted")]
)
def test_all_that_match(told: Told, api: Jobs, verb: str, done: str) -> None:
    jobs = [api.add(name, [1], countdown=3600).id for name in ("scan", "scan", "publish")]
    filters = ["--type", "scan"]
    if verb == "retry":
        for job in jobs:
            api.cancel(job)
        filters += ["--status", "cancelled", "--since", "1h"]
    sure = [] if verb == "promote" else ["--yes"]
    assert told(verb, "--all", *filters, *sure) == {done: 2}
    assert api.get(jobs[0]).status != api.get(jobs[2]).status


@pytest.mark.parametrize("verb", ["cancel", "retry", "promote"])
def test_where_nothing_matches_nobody_is_asked(told: Told, verb: str) -> None:
    assert set(told(verb, "--all").values()) == {0}


@pytest.mark.parametrize(
    "arguments",
    [
        ("cancel",),
        ("cancel", 1, "--all"),
        ("cancel", 1, "--type", "scan"),
        ("cancel", "--type", "scan"),
        ("cancel", "--all", "--signal", "SIGKILL"),
        ("cancel", "--all", "--status", "failed"),
        ("retry", "--since", "2h"),
        ("retry", "--all", "--status", "pending"),
        ("promote", "--queue", "celery"),
    ],
)
def test_a_choice_that_is_none(call: Call, api: Jobs, arguments: tuple[object, ...]) -> None:
    job = api.add("scan", ["x"]).id
    assert call(*arguments).exit_code == 2
    assert api.get(job).status == "pending"


def test_a_queue_is_purged(told: Told, call: Call, api: Jobs) -> None:
    for number in range(3):
        api.add("scan", [number], queue="others", countdown=number)
    kept = api.add("scan", ["x"]).id
    assert told("purge", "others", "--yes") == {"cancelled": 3}
    assert api.get(kept).status == "pending"
    assert call("purge", "nowhere", "--yes").exit_code == 4


def test_what_died_is_put_back(told: Told) -> None:
    assert told("reset-stalled") == {"reset": 0}


@pytest.mark.parametrize(
    ("arguments", "question"),
    [
        (("cancel", "--all"), "Cancel 2 jobs?"),
        (("cancel", "--all", "--text", "heat"), "Cancel 1 job?"),
        (("cancel", "--all", "--status", "scheduled"), "Cancel 1 job?"),
        (("retry", "--all", "--status", "cancelled"), "Run 1 cancelled job again?"),
        (("purge", "celery"), "Cancel 2 jobs waiting in celery?"),
        (("cleanup", "--cancelled", "0"), "Delete 1 job from the history (0 completed, 0 failed,"),
    ],
)
def test_what_destroys_is_refused_where_nobody_can_be_asked(
    call: Call, api: Jobs, arguments: tuple[str, ...], question: str
) -> None:
    api.add("scan", ["/films/Heat"])
    api.add("scan", ["x"], countdown=3600)
    api.cancel(api.add("scan", ["y"]).id)
    before = [job.as_json() for job in (*api.list().items, *api.history().items)]
    result = call(*arguments)
    assert (result.exit_code, result.stdout) == (4, "")
    assert question in result.stderr
    assert "say --yes" in result.stderr
    assert [job.as_json() for job in (*api.list().items, *api.history().items)] == before


@pytest.mark.parametrize("option", ["--type", "--queue", "--text"])
def test_a_filter_that_is_empty_is_refused(call: Call, api: Jobs, option: str) -> None:
    job = api.add("scan", ["/films/Heat"])
    result = call("cancel", "--all", option, "", "--yes")
    assert (result.exit_code, result.stdout) == (4, "")
    assert f"{option[2:]} is empty" in result.stderr
    assert api.get(job.id) == job
