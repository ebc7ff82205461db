import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from player_fakes import FakeJellyfin
from player_fakes.server import json_response
from player_house import House, jellyfin_settings

from media.errors import InvalidAnswerError, PathNotMappedError, ServiceRefusedError
from media.players.jellyfin import authorization


@pytest.fixture(autouse=True)
def told_jellyfin(house: House, jellyfin: FakeJellyfin) -> None:
    house.with_players({"jelly": jellyfin_settings(house, jellyfin)})


@pytest.fixture
def known(house: House, jellyfin: FakeJellyfin) -> Path:
    directory = house.movie("Sintel (2010)", "Sintel")
    house.tell("jelly", directory)
    jellyfin.read_updates()
    assert jellyfin.titles() == ["Sintel"]
    jellyfin.asked.clear()
    return directory


def test_all_events_are_one_call(house: House, jellyfin: FakeJellyfin) -> None:
    directories = [house.movie(f"Movie {number}", f"M{number}") for number in range(20)]
    directories.append(house.show("Caminandes"))
    for directory in directories:
        house.changed(directory, "poster.jpg")
    house.plan()
    summary = house.notify("jelly")
    assert summary.actions == {"updates": 1}
    assert len(jellyfin.updates()[0]) == 21
    # The folders, what each of both holds, and the call.
    assert len(jellyfin.asked) == 4
    jellyfin.read_updates()
    assert len(jellyfin.titles()) == 21


def test_an_item_that_it_knows_is_refreshed(
    house: House, jellyfin: FakeJellyfin, known: Path
) -> None:
    house.entitle(known, "Sintel, corrected")
    (known / "poster.jpg").write_bytes(b"second poster")
    summary = house.tell("jelly", known, "Sintel (2010).nfo", "poster.jpg")
    assert summary.actions == {"updates": 1, "refreshed": 1}
    assert jellyfin.titles() == ["Sintel, corrected"]
    assert jellyfin.poster("Sintel, corrected") == b"second poster"
    assert jellyfin.updates() == [
        [{"Path": "/media/movies/Sintel (2010)", "UpdateType": "Modified"}]
    ]


def test_pictures_are_replaced_only_where_one_changed(
    house: House, jellyfin: FakeJellyfin, known: Path
) -> None:
    house.tell("jelly", known, "Sintel (2010).nfo")
    ((_id, parameters),) = jellyfin.refreshed()
    assert parameters == {
        "metadataRefreshMode": "FullRefresh",
        "imageRefreshMode": "FullRefresh",
        "replaceAllImages": "false",
    }


def test_nothing_is_refreshed_where_only_videos_changed(
    house: House, jellyfin: FakeJellyfin, known: Path
) -> None:
    house.tell("jelly", known)
    assert [asked.path for asked in jellyfin.asked] == [
        "/Library/VirtualFolders",
        "/Library/Media/Updated",
    ]


def test_a_deleted_movie_is_an_update(house: House, jellyfin: FakeJellyfin, known: Path) -> None:
    shutil.rmtree(known)
    assert house.tell("jelly", known, "poster.jpg").deleted == [str(known)]
    assert jellyfin.updates()[0][0]["UpdateType"] == "Deleted"
    jellyfin.read_updates()
    assert jellyfin.titles() == []


def test_items_come_in_pages(
    house: House, jellyfin: FakeJellyfin, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("media.players.jellyfin._PAGE", 2)
    directories = [house.movie(f"Movie {number}") for number in range(5)]
    for directory in directories:
        house.tell("jelly", directory)
    jellyfin.read_updates()
    assert house.tell("jelly", directories[4], "poster.jpg").actions["refreshed"] == 1


def test_a_neighbour_of_a_longer_name_is_not_refreshed(
    house: House, jellyfin: FakeJellyfin, known: Path
) -> None:
    house.tell("jelly", house.movie("Sintel (2010) 2", "Other"))
    jellyfin.read_updates()
    house.tell("jelly", known, "poster.jpg")
    assert len(jellyfin.refreshed()) == 1


def test_a_series_is_refreshed_by_its_directory(house: House, jellyfin: FakeJellyfin) -> None:
    show = house.show("Caminandes")
    house.tell("jelly", show)
    jellyfin.read_updates()
    house.entitle(show, "Caminandes!")
    assert house.tell("jelly", show, "tvshow.nfo").actions["refreshed"] == 1
    assert jellyfin.titles() == ["Caminandes!"]


def test_an_item_that_goes_meanwhile_is_no_obstacle(
    house: House, jellyfin: FakeJellyfin, known: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    refresh = jellyfin._refresh

    def forgetful(id_: str, params: object) -> object:
        jellyfin.items.clear()
        return refresh(id_, params)  # type: ignore[arg-type]

    monkeypatch.setattr(jellyfin, "_refresh", forgetful)
    assert house.tell("jelly", known, "poster.jpg").updated


def test_a_path_in_no_library_is_named_with_those_that_there_are(
    house: House, jellyfin: FakeJellyfin
) -> None:
    jellyfin.libraries = {"Films": ["/films"], "Series": ["/media/tv"]}
    house.changed(house.movie("A"))
    house.changed(house.show("B"))
    house.plan()
    with pytest.raises(PathNotMappedError, match=r"'jelly'.*/media/movies/A.*/films, /media/tv"):
        house.notify("jelly")
    assert [update["Path"] for update in jellyfin.updates()[0]] == ["/media/tv/B"]
    assert house.waiting_for("jelly") == ["A"]


def test_without_libraries_nothing_is_told(house: House, jellyfin: FakeJellyfin) -> None:
    jellyfin.libraries = {}
    with pytest.raises(PathNotMappedError, match="it has: none"):
        house.tell("jelly", house.movie("A"))
    assert jellyfin.updates() == []


def test_a_wrong_token_is_refused(house: House, jellyfin: FakeJellyfin) -> None:
    house.with_players({"jelly": jellyfin_settings(house, jellyfin, token="hush-wrong")})
    with pytest.raises(ServiceRefusedError, match="401") as raised:
        house.tell("jelly", house.movie("A"))
    assert "hush" not in str(raised.value)
    assert house.waiting_for("jelly") == ["A"]


def test_the_token_goes_in_the_one_header_that_all_versions_take(
    house: House, jellyfin: FakeJellyfin
) -> None:
    house.tell("jelly", house.movie("A"))
    for asked in jellyfin.asked:
        assert asked.headers["Authorization"] == authorization("key")
        assert not {"X-Emby-Token", "X-Mediabrowser-Token"} & set(asked.headers)
        assert "api_key" not in asked.params
    assert authorization('a"b').endswith('Token="a%22b"')


@pytest.mark.parametrize("answer", [{"hello": "world"}, []])
def test_what_is_no_jellyfin_is_named(
    house: House,
    jellyfin: FakeJellyfin,
    known: Path,
    monkeypatch: pytest.MonkeyPatch,
    answer: object,
) -> None:
    path = "/Library/VirtualFolders" if isinstance(answer, dict) else "/Items"
    original = jellyfin.answer

    def other(asked: object) -> object:

        if asked.path == path:  # type: ignore[attr-defined]
            return json_response(answer)
        return original(asked)  # type: ignore[arg-type]

    monkeypatch.setattr(jellyfin, "answer", other)
    with pytest.raises(InvalidAnswerError, match="'jelly' does not answer like Jellyfin"):
        house.tell("jelly", known, "poster.jpg")


@pytest.fixture
def on_windows(house: House) -> Iterator[FakeJellyfin]:
    mounts = {"C:\\Media": house.movies}
    with FakeJellyfin(mounts, {"Movies": ["c:\\media\\"]}, separator="\\") as fake:
        yield fake


def test_a_jellyfin_on_windows(house: House, on_windows: FakeJellyfin) -> None:
    mappings = {str(house.movies): "C:\\Media"}
    house.with_players({"jelly": jellyfin_settings(house, on_windows, path_mappings=mappings)})
    house.tell("jelly", house.movie("Sintel (2010)", "Sintel"))
    assert on_windows.updates()[0][0]["Path"] == "C:\\Media\\Sintel (2010)"
    on_windows.read_updates()
    assert on_windows.titles() == ["Sintel"]
