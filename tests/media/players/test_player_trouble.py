"""Players that answer nonsense, and a disk that fails while they are told."""

import errno
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from player_fakes import FakeKodi
from player_house import ANSWER_SECONDS, House, kodi_settings
from pytest_httpserver import HTTPServer

from media.errors import InvalidAnswerError, LibraryUnavailableError

NONSENSE = [5, {"MediaContainer": {"Directory": [3]}}, [{"Locations": 5}], {"result": 9}]


@pytest.fixture
def babbler() -> Iterator[HTTPServer]:
    with HTTPServer() as server:
        yield server


@pytest.mark.parametrize("answer", NONSENSE, ids=str)
@pytest.mark.parametrize("kind", ["kodi", "jellyfin", "plex"])
def test_what_makes_no_sense_is_a_failure_that_names_the_player(
    house: House, babbler: HTTPServer, kind: str, answer: Any
) -> None:
    body = answer | {"id": 0} if isinstance(answer, dict) else answer
    babbler.expect_request(re.compile(".*")).respond_with_json(body)
    player = {"type": kind, "url": babbler.url_for(""), "token": "t"}
    house.with_players({"tv": player | {"timeout_seconds": ANSWER_SECONDS}})
    with pytest.raises(InvalidAnswerError, match="player 'tv'"):
        house.tell("tv", house.movie("X"))
    assert house.waiting_for("tv") == ["X"]


@pytest.mark.parametrize("number", [errno.EIO, errno.ESTALE])
def test_what_a_failing_disk_does_not_show_is_not_taken_from_kodi(
    house: House, kodi: FakeKodi, known: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    house.with_players({"tv": kodi_settings(house, kodi)})
    stat = Path.stat

    def _stat(path: Path, **options: Any) -> os.stat_result:
        if path.suffix == ".mkv":
            raise OSError(number, os.strerror(number))
        return stat(path, **options)

    monkeypatch.setattr(Path, "stat", _stat)
    with pytest.raises(LibraryUnavailableError):
        house.tell("tv", known)
    assert kodi.called("VideoLibrary.RemoveMovie") == []
    assert house.waiting_for("tv") == ["Sintel (2010)"]
