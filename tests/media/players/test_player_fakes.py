"""The fakes are as strict as what they stand for: without this the other tests prove little."""

from functools import partial
from typing import Any

import httpx
import pytest
from player_fakes import FakeJellyfin, FakeKodi, FakePlex
from player_house import House

ROOT = "smb://nas/movies/"
# A fake answers when it has its turn to run.
get, post = partial(httpx.get, timeout=120), partial(httpx.post, timeout=120)


def ask(kodi: FakeKodi, method: str, **params: Any) -> Any:
    body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
    answer = post(f"{kodi.url}/jsonrpc", json=body, auth=("kodi", "secret"))
    assert answer.status_code == 200
    return answer.json().get("result", answer.json().get("error"))


def scan(kodi: FakeKodi, directory: str) -> None:
    assert ask(kodi, "VideoLibrary.Scan", directory=directory, showdialogs=False) == "OK"
    looks = []
    while not looks or looks[-1]["Library.IsScanningVideo"]:
        looks.append(ask(kodi, "XBMC.GetInfoBooleans", booleans=["Library.IsScanningVideo"]))
    assert len(looks) == 2


def test_kodi_says_ok_to_a_scan_of_nothing(kodi: FakeKodi) -> None:
    scan(kodi, "smb://nas/nowhere/")


def test_kodi_scans_sources_and_does_not_read_again_what_it_knows(
    house: House, kodi: FakeKodi
) -> None:
    directory = house.movie("A", "First")
    scan(kodi, f"{ROOT}A/")
    assert kodi.titles() == []
    scan(kodi, ROOT)
    assert kodi.titles() == ["First"]
    house.entitle(directory, "Second")
    scan(kodi, ROOT)
    assert kodi.titles() == ["First"]


def test_kodi_adds_no_movie_without_an_nfo(house: House, kodi: FakeKodi) -> None:
    (house.movie("A") / "A.nfo").unlink()
    scan(kodi, ROOT)
    assert kodi.titles() == []


def test_kodi_changes_the_id_at_a_refresh_and_shows_the_old_picture(
    house: House, kodi: FakeKodi
) -> None:
    directory = house.movie("A", "First")
    kodi.scan_now()
    kodi.picture("First")
    house.entitle(directory, "Second")
    (directory / "poster.jpg").write_bytes(b"second poster")
    (known,) = ask(kodi, "VideoLibrary.GetMovies", properties=["file"])["movies"]
    assert ask(kodi, "VideoLibrary.RefreshMovie", movieid=known["movieid"]) == "OK"
    assert kodi.titles() == ["Second"]
    assert kodi.picture("Second") == b"first poster"
    again = ask(kodi, "VideoLibrary.RefreshMovie", movieid=known["movieid"])
    assert again["code"] == -32602


def test_kodi_cleans_a_directory_only_with_its_content(house: House, kodi: FakeKodi) -> None:
    house.movie("A")
    kodi.scan_now()
    kodi.mounts.unmount(ROOT)
    assert ask(kodi, "VideoLibrary.Clean", directory=ROOT) == "OK"
    assert kodi.titles() == ["A"]
    assert ask(kodi, "VideoLibrary.Clean", directory=ROOT, content="movies") == "OK"
    assert kodi.titles() == []


@pytest.mark.parametrize(
    ("method", "params", "code"),
    [
        ("VideoLibrary.Refresh", {}, -32601),
        ("VideoLibrary.Scan", {"colour": 1}, -32602),
        ("VideoLibrary.GetMovies", {"properties": ["colour"]}, -32602),
        ("Files.GetDirectory", {"directory": "smb://nas/nowhere/"}, -32602),
        ("Textures.RemoveTexture", {"textureid": 7}, -32602),
    ],
)
def test_kodi_refuses_within_an_answer_of_200(
    kodi: FakeKodi, method: str, params: dict[str, Any], code: int
) -> None:
    assert ask(kodi, method, **params)["code"] == code


def test_kodi_wants_credentials(kodi: FakeKodi) -> None:
    assert post(f"{kodi.url}/jsonrpc", json={}).status_code == 401
    assert post(f"{kodi.url}/jsonrpc", json={}, auth=("kodi", "x")).status_code == 401


@pytest.mark.parametrize(
    "headers",
    [{}, {"X-Emby-Token": "key"}, {"X-MediaBrowser-Token": "key"}, {"Authorization": "Bearer key"}],
)
def test_jellyfin_takes_no_token_elsewhere(jellyfin: FakeJellyfin, headers: dict[str, str]) -> None:
    url = f"{jellyfin.url}/Library/VirtualFolders?api_key=key"
    assert get(url, headers=headers).status_code == 401


def test_plex_wants_a_token_but_for_its_identity(plex: FakePlex) -> None:
    assert get(f"{plex.url}/library/sections").status_code == 401
    assert get(f"{plex.url}/identity").status_code == 200


def test_a_fake_that_went_down_comes_up_at_the_same_address(plex: FakePlex) -> None:
    url = plex.url
    plex.go_down()
    with pytest.raises(httpx.ConnectError):
        get(f"{url}/identity")
    plex.come_up()
    assert get(f"{url}/identity").status_code == 200
