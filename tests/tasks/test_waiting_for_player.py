"""The one job that waits for a player, when it has waited for as long as it may."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from celery import signals
from listening import listening

from media.errors import ServiceUnreachableError
from media.library.database import Library
from media.library.models import PlayerNotice
from tasks.notify_player import notify_kodi
from tasks.notify_players import NotifyPlayerRequest
from tasks.retry import BACKOFFS
from tasks.waiting_for_player import leave_to_who_waits

pytestmark = pytest.mark.usefixtures("memory_broker", "enforced")

SPENT = BACKOFFS[ServiceUnreachableError].retries
WAITS = NotifyPlayerRequest(player="tv", group="tv", waits=True)


@pytest.fixture
def newest(root: Path, library: Library, monkeypatch: pytest.MonkeyPatch) -> int:
    """The number of a notice that waits for the player."""
    monkeypatch.setenv("MEDIA_PLAYERS", '{"tv": {"type": "kodi", "url": "http://tv"}}')
    with library.writing() as session:
        notice = PlayerNotice(
            player_group="tv",
            player="tv",
            directory=str(root),
            change="updated",
            files=[],
            created_at=datetime.now(UTC),
        )
        session.add(notice)
        session.flush()
        return notice.id


@pytest.fixture
def enforced(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notify_kodi, "is_enforced", True)


@contextmanager
def attempt(retries: int) -> Iterator[Any]:
    notify_kodi.push_request(
        args=(), kwargs={}, retries=retries, called_directly=False, id="1", delivery_info={}
    )
    try:
        yield notify_kodi
    finally:
        notify_kodi.pop_request()


@pytest.fixture
def sent() -> Iterator[list[dict[str, Any]]]:
    messages: list[dict[str, Any]] = []

    def _sent(body: Any, properties: Any, **_: Any) -> None:
        messages.append({**body[1], "priority": properties["priority"]})

    with listening(signals.before_task_publish, _sent):
        yield messages


def leave(request: NotifyPlayerRequest, retries: int) -> dict[str, object] | None:
    with attempt(retries) as task:
        return leave_to_who_waits(task, request, ServiceUnreachableError("off"))


def test_who_does_not_wait_ends_and_says_to_whom_it_left_it(
    newest: int, sent: list[dict[str, Any]]
) -> None:
    asked = NotifyPlayerRequest(player="tv", group="tv", origin="schedule")
    answer = leave(asked, 0)
    assert answer is not None
    assert (answer["player"], answer["reason"]) == ("tv", "ServiceUnreachableError: off")
    assert [(one["waits"], one["newest"], one["priority"]) for one in sent] == [(True, newest, 3)]


def test_who_waits_goes_on(newest: int, sent: list[dict[str, Any]]) -> None:
    assert leave(WAITS, 0) is leave(WAITS, SPENT - 1) is None
    assert sent == []


def test_who_gives_up_leaves_what_came_since_to_another(
    newest: int, sent: list[dict[str, Any]]
) -> None:
    knew_all = WAITS.model_copy(update={"newest": newest})
    assert leave(knew_all, SPENT) is None
    assert sent == []
    assert leave(WAITS, SPENT) is None
    assert [(one["waits"], one["newest"]) for one in sent] == [(True, newest)]


def test_where_nobody_holds_jobs_back_the_later_one_waits(
    newest: int, sent: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notify_kodi, "is_enforced", False)
    assert leave(WAITS.model_copy(update={"newest": newest}), 0) is None
    answer = leave(WAITS, 0)
    assert answer is not None
    assert answer["left_to"] == "the job of what came since"
    assert sent == []


def test_settings_that_cannot_be_read_lose_nothing(
    newest: int, sent: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MEDIA_PLAYERS", "{")
    assert leave(WAITS.model_copy(update={"waits": False}), 0) is not None
    assert [(one["waits"], one["newest"]) for one in sent] == [(True, 0)]
