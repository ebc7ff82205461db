import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from player_fakes import FakeKodi
from player_fakes.kodi_library import Shown
from player_fakes.server import Asked
from player_house import House, kodi_settings
from werkzeug import Response

from media.errors import (
    InvalidAnswerError,
    LibraryUnavailableError,
    PathNotMappedError,
    PlayerNotUpdatedError,
    ServiceFailedError,
    ServiceRefusedError,
)

pytestmark = pytest.mark.usefixtures("told_kodi")
SCAN = "VideoLibrary.Scan"


def test_a_path_in_no_source_is_named(house: House, kodi: FakeKodi) -> None:
    kodi.listed_sources = ["smb://nas/tv/", "smb://nas/movies-4k/", "addons://sources/video/"]
    with pytest.raises(
        PathNotMappedError,
        match=r"'tv' has no video source .*smb://nas/movies/X \(it has: .*smb://nas/movies-4k",
    ):
        house.tell("tv", house.movie("X"))
    assert kodi.called(SCAN) == []


def test_wrong_credentials_are_refused(house: House, kodi: FakeKodi, known: Path) -> None:
    # The player is called as its user is, which is Kodi's default.
    house.with_players({"kodi": kodi_settings(house, kodi, password="wrong")})
    with pytest.raises(ServiceRefusedError, match=r"^player:kodi: .* 401; check its") as raised:
        house.tell("kodi", known)
    assert "wrong" not in str(raised.value)
    assert house.waiting_for("kodi")


@pytest.mark.parametrize(
    ("method", "code", "error"),
    [
        ("Player.GetActivePlayers", -32601, ServiceRefusedError),
        ("VideoLibrary.RefreshMovie", -32601, ServiceRefusedError),
        ("VideoLibrary.RefreshMovie", -32602, PlayerNotUpdatedError),
        ("VideoLibrary.RefreshMovie", -32099, ServiceRefusedError),
        ("VideoLibrary.GetMovies", -32603, ServiceFailedError),
        ("Files.GetSources", -32603, ServiceFailedError),
        ("VideoLibrary.GetMovies", -32602, ServiceRefusedError),
        ("Textures.RemoveTexture", -32603, ServiceFailedError),
    ],
)
def test_an_error_within_an_answer_of_200_is_one(
    house: House, kodi: FakeKodi, known: Path, method: str, code: int, error: type[Exception]
) -> None:
    kodi.broken[method] = code
    with pytest.raises(error, match=f"{method}.*{code}"):
        house.tell("tv", known, "poster.jpg")
    assert house.waiting_for("tv") == ["Sintel (2010)"]


def test_a_kodi_that_fails_in_between_is_asked_no_more(house: House, kodi: FakeKodi) -> None:
    kodi.broken["Files.GetSources"] = -32603
    for number in range(3):
        house.changed(house.movie(f"Movie {number}"))
    house.plan()
    with pytest.raises(ServiceFailedError):
        house.notify("tv")
    assert len(kodi.asked) == 2


def test_a_texture_that_went_by_itself_is_as_good_as_removed(
    house: House, kodi: FakeKodi, known: Path
) -> None:
    kodi.broken["Textures.RemoveTexture"] = -32602
    assert house.tell("tv", known, "poster.jpg").updated


@pytest.mark.parametrize(
    "answer", [{"hello": "world"}, {"id": 0}, {"id": 0, "result": [{"type": "audio"}]}, ["x"]]
)
def test_what_is_no_kodi_is_named(
    house: House, kodi: FakeKodi, monkeypatch: pytest.MonkeyPatch, answer: object
) -> None:
    monkeypatch.setattr(FakeKodi, "_answer", lambda *_args: answer)
    with pytest.raises(InvalidAnswerError, match="'tv' does not answer like Kodi"):
        house.tell("tv", house.movie("X"))


def test_an_error_that_is_no_object_is_one_too(
    house: House, kodi: FakeKodi, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(FakeKodi, "_answer", lambda *_args: {"id": 0, "error": "no"})
    with pytest.raises(ServiceFailedError, match="an error"):
        house.tell("tv", house.movie("X"))


def test_a_kodi_without_a_password(house: House, kodi: FakeKodi) -> None:
    kodi.wants_credentials = False
    house.with_players({"tv": kodi_settings(house, kodi, username=None, password=None)})
    house.tell("tv", house.movie("X"))
    assert kodi.titles() == ["X"]
    assert not any("Authorization" in asked.headers for asked in kodi.asked)


def test_a_refresh_that_fails_is_told_again(house: House, kodi: FakeKodi, known: Path) -> None:
    kodi.broken["VideoLibrary.RefreshMovie"] = -32100
    with pytest.raises(ServiceFailedError, match="RefreshMovie"):
        house.tell("tv", known)
    assert house.waiting_for("tv") == ["Sintel (2010)"]


class Stubborn(dict[int, Shown]):
    """Movies that stay, whatever one says."""

    def pop(self, *_key: object) -> None:  # type: ignore[override]
        return None


def test_what_kodi_does_not_forget_is_told_again(house: House, kodi: FakeKodi, known: Path) -> None:
    kodi.library.movies = Stubborn(kodi.library.movies)
    shutil.rmtree(known)
    with pytest.raises(PlayerNotUpdatedError):
        house.tell("tv", known)
    assert house.waiting_for("tv") == ["Sintel (2010)"]


def test_a_disk_that_goes_while_kodi_is_told_takes_no_movie_along(
    house: House, kodi: FakeKodi, known: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = kodi.answer

    def unmount_first(asked: Asked) -> Response:
        if house.movies.exists():
            house.movies.rename(house.movies.with_name("elsewhere"))
        return answer(asked)

    kodi.mounts.remount("smb://nas/movies", house.movies.with_name("elsewhere"))
    monkeypatch.setattr(kodi, "answer", unmount_first)
    with pytest.raises(LibraryUnavailableError):
        house.tell("tv", known)
    assert kodi.titles() == ["Sintel"]
    assert house.waiting_for("tv") == ["Sintel (2010)"]


def test_what_kodi_does_not_know_afterwards_is_told_again(house: House, kodi: FakeKodi) -> None:
    kodi.ignores_scans = True
    directory = house.movie("Sintel (2010)", "Sintel")
    with pytest.raises(PlayerNotUpdatedError, match=r"smb://nas/movies/Sintel \(2010\)"):
        house.tell("tv", directory)
    assert house.waiting_for("tv") == ["Sintel (2010)"]
    kodi.ignores_scans = False
    house.notify("tv")
    assert kodi.titles() == ["Sintel"]


def test_those_that_kodi_does_know_are_told(house: House, kodi: FakeKodi, known: Path) -> None:
    kodi.ignores_scans = True
    house.changed(known)
    house.changed(house.movie("New"))
    house.plan()
    with pytest.raises(PlayerNotUpdatedError):
        house.notify("tv")
    assert house.waiting_for("tv") == ["New"]


def test_a_scan_that_does_not_end_is_waited_for_in_another_job(
    house: House, kodi: FakeKodi
) -> None:
    kodi.scan_looks = 10**6
    house.patience = replace(house.patience, scan_seconds=0.5)
    with pytest.raises(PlayerNotUpdatedError, match="still scanning") as raised:
        house.tell("tv", house.movie("New"))
    assert raised.value.retry_after
    assert house.waiting_for("tv") == ["New"]
