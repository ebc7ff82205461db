import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from celery import signals
from listening import listening

from sqlite_transport.task import InvalidPayload
from tasks import app
from tasks.priority import JOB_PRIORITIES, Priority, priority_of
from tasks.publish import publish
from tasks.request import MovieRequest, Origin

CHECKOUT = Path(__file__).parents[2]
JOBS = {
    "webhook": 1,
    "webhook-received": 1,
    "scan-movie": 5,
    "library-scan": 5,
    "scheduled-file-scan": 8,
    "enrich-metadata": 5,
    "discover-assets": 5,
    "fetch-provider-assets": 5,
    "select-assets": 5,
    "publish": 5,
    "notify-players": 5,
    "notify-kodi": 5,
    "notify-jellyfin": 5,
    "notify-plex": 5,
    "scheduled-provider-update": 8,
    "scheduled-verification": 8,
    "scheduled-cleanup": 8,
    "cache-orphan-cleanup": 9,
    "cache-soft-delete-expiration": 9,
}


def test_the_priorities_are_those_of_the_design() -> None:
    assert {priority.name: int(priority) for priority in Priority} == {
        "CRITICAL": 1,
        "HIGH": 3,
        "NORMAL": 5,
        "LOW": 8,
        "GARBAGE_COLLECTION": 9,
    }


def test_there_are_all_jobs_and_each_has_its_priority() -> None:
    app.loader.import_default_modules()
    ours = {name for name, task in app.tasks.items() if type(task).__module__.startswith("tasks.")}
    assert ours == set(JOBS) == set(JOB_PRIORITIES)
    assert {name: int(priority) for name, priority in JOB_PRIORITIES.items()} == JOBS
    page = (CHECKOUT / "docs" / "media.md").read_text()
    assert [name for name in JOBS if f"`{name}`" not in page] == []


def test_a_person_is_served_first_and_a_schedule_last() -> None:
    assert [priority_of("publish", origin) for origin in Origin] == [3, 5, 8]
    assert [priority_of("webhook", origin) for origin in Origin] == [1, 1, 1]
    assert priority_of("cache-orphan-cleanup", Origin.PERSON) == 9


@pytest.mark.parametrize(
    ("arguments", "fields", "options", "priority"),
    [
        ((), {"movie_id": 1}, {}, 5),
        ((), {"movie_id": 1, "origin": "person"}, {}, 3),
        ((), {"movie_id": 1, "origin": Origin.SCHEDULE}, {}, 8),
        (({"movie_id": 1, "origin": "person"},), {}, {}, 3),
        ((MovieRequest(movie_id=1, origin=Origin.PERSON),), {}, {}, 3),
        ((), {"movie_id": 1, "origin": "person"}, {"priority": 7}, 7),
    ],
)
def test_who_asks_decides_how_urgent_a_job_is(
    memory_broker: None,
    arguments: tuple[Any, ...],
    fields: dict[str, Any],
    options: dict[str, Any],
    priority: int,
) -> None:
    sent: list[int] = []

    def _sent(properties: dict[str, Any], **_: Any) -> None:
        sent.append(properties["priority"])

    with listening(signals.before_task_publish, _sent):
        publish.apply_async(arguments, fields, **options)
    assert sent == [priority]


@pytest.mark.parametrize("movie_id", [0, -1, 2**63])
def test_a_number_that_no_movie_can_have_is_refused(movie_id: int) -> None:
    with pytest.raises(InvalidPayload, match="publish: movie_id: Input should be"):
        publish.apply_async(kwargs={"movie_id": movie_id})


def test_celerys_command_finds_the_application(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "celery", "-A", "tasks", "report"]
    found = subprocess.run(command, check=False, capture_output=True, text=True, timeout=300)
    assert found.returncode == 0, found.stderr
    assert "task_acks_late: True" in found.stdout
