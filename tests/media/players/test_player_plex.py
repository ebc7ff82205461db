import shutil
from pathlib import Path

import pytest
from player_fakes import FakePlex
from player_fakes.server import json_response
from player_house import House, plex_settings
from werkzeug import Response

from media.errors import InvalidAnswerError, PathNotMappedError, ServiceRefusedError
from media.players.plex.teller import MANY


@pytest.fixture(autouse=True)
def told_plex(house: House, plex: FakePlex) -> None:
    house.with_players({"plex": plex_settings(house, plex)})


def tell_all(house: House, directories: list[Path]) -> dict[str, int]:
    for directory in directories:
        house.changed(directory)
    house.plan()
    return house.notify("plex").actions


def test_a_directory_is_read_in_its_section(house: House, plex: FakePlex) -> None:
    movie, show = house.movie("Tom & Jerry #1", "Tom"), house.show("Caminandes")
    assert tell_all(house, [movie, show]) == {"directories": 2}
    assert plex.refreshed() == [("1", "/data/movies/Tom & Jerry #1"), ("2", "/data/tv/Caminandes")]
    plex.read_refreshed()
    assert "Tom" in plex.titles()
    assert house.waiting() == []


def test_many_directories_are_one_call_a_section(house: House, plex: FakePlex) -> None:
    few = [house.movie(f"Movie {number}") for number in range(MANY)]
    assert tell_all(house, few) == {"directories": MANY}
    assert tell_all(house, [*few, house.movie("One more")]) == {"sections": 1}
    assert plex.refreshed()[-1] == ("1", None)
    plex.read_refreshed()
    assert len(plex.titles()) == MANY + 1


def test_a_section_is_matched_by_components_and_kind(house: House, plex: FakePlex) -> None:
    plex.sections = {
        "1": ("movie", ["/data/mov"]),
        "2": ("movie", ["/data/movies/"]),
        "3": ("show", ["/data/movies"]),
        "4": ("photo", ["/data"]),
        "5": ("movie", ["/other", "/data"]),
    }
    tell_all(house, [house.movie("A")])
    assert plex.refreshed() == [("2", "/data/movies/A"), ("5", "/data/movies/A")]


def test_of_what_is_gone_the_location_is_read_and_nothing_twice(
    house: House, plex: FakePlex
) -> None:
    gone, there = house.movie("Gone"), house.movie("There")
    tell_all(house, [gone, there])
    plex.read_refreshed()
    shutil.rmtree(gone)
    plex.asked.clear()
    assert tell_all(house, [gone, there]) == {"directories": 1}
    assert plex.refreshed() == [("1", "/data/movies")]
    plex.read_refreshed()
    assert plex.titles() == ["There"]


def test_the_metadata_of_what_it_knows_is_read_again_where_it_changed(
    house: House, plex: FakePlex
) -> None:
    first, second = house.movie("A", "A"), house.movie("A 2", "B")
    tell_all(house, [first, second])
    plex.read_refreshed()
    for directory in (first, second):
        house.entitle(directory, f"{directory.name}, corrected")
    actions = house.tell("plex", first, "A.nfo").actions
    assert actions == {"directories": 1, "refreshed": 1}
    assert plex.items_refreshed() == ["/data/movies/A/A.mkv"]
    assert plex.titles() == ["A, corrected", "B"]


def test_movies_come_in_pages(
    house: House, plex: FakePlex, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("media.players.plex.section._PAGE", 2)
    directories = [house.movie(f"Movie {number}") for number in range(5)]
    tell_all(house, directories)
    plex.read_refreshed()
    assert house.tell("plex", directories[4], "poster.jpg").actions["refreshed"] == 1


def test_a_movie_that_goes_meanwhile_is_no_obstacle(
    house: House, plex: FakePlex, monkeypatch: pytest.MonkeyPatch
) -> None:
    directory = house.movie("A")
    tell_all(house, [directory])
    plex.read_refreshed()
    monkeypatch.setattr(plex, "_refresh_item", lambda _key: Response("", 404))
    assert house.tell("plex", directory, "A.nfo").actions == {"directories": 1}


def test_a_path_in_no_section_is_named_with_those_that_there_are(
    house: House, plex: FakePlex
) -> None:
    plex.sections = {"1": ("movie", ["/films"]), "2": ("show", ["/data/tv"])}
    with pytest.raises(PathNotMappedError, match=r"no movie section .*/data/movies/A.*has: /films"):
        tell_all(house, [house.movie("A"), house.show("B")])
    assert plex.refreshed() == [("2", "/data/tv/B")]
    assert house.waiting_for("plex") == ["A"]


def test_the_token_goes_in_a_header(house: House, plex: FakePlex) -> None:
    tell_all(house, [house.movie("A")])
    assert all(asked.headers["X-Plex-Token"] == "token" for asked in plex.asked)
    assert all("X-Plex-Token" not in asked.params for asked in plex.asked)


def test_a_wrong_token_is_refused(house: House, plex: FakePlex) -> None:
    house.with_players({"plex": plex_settings(house, plex, token="hush-wrong")})
    with pytest.raises(ServiceRefusedError, match="401") as raised:
        tell_all(house, [house.movie("A")])
    assert "hush" not in str(raised.value)
    assert house.waiting_for("plex") == ["A"]


@pytest.mark.parametrize("answer", [[], {"MediaContainer": {"Directory": ["x"]}}, {"x": 1}])
def test_what_is_no_plex_is_named(
    house: House, plex: FakePlex, monkeypatch: pytest.MonkeyPatch, answer: object
) -> None:

    monkeypatch.setattr(plex, "answer", lambda _asked: json_response(answer))
    with pytest.raises(InvalidAnswerError, match="'plex' does not answer like Plex"):
        tell_all(house, [house.movie("A")])
