import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from player_fakes import FakeJellyfin, FakeKodi, FakePlex
from player_house import House, jellyfin_settings, kodi_settings, plex_settings

from media.errors import (
    CircuitOpenError,
    LibraryUnavailableError,
    PathNotMappedError,
    PlayerBusyError,
    ServiceFailedError,
    ServiceRefusedError,
    ServiceTimedOutError,
    ServiceUnreachableError,
    SettingsError,
    UnreadableFileError,
)
from media.players.notices import waiting_notices
from media.players.recipients import recipient_for

KILLED_AFTER_THE_CALL = """
import os, signal, sys
import media.players.notifying as notifying
from media.phases import PlayerSyncPhase
from media.settings import read_settings

def killed_if_there_is_something_to_delete(_library, ids):
    if list(ids):
        os.kill(os.getpid(), signal.SIGKILL)

notifying.take_away = killed_if_there_is_something_to_delete
notifying.notify(sys.argv[1], read_settings(), PlayerSyncPhase())
"""


def test_of_two_players_one_is_down(house: House, plex: FakePlex, jellyfin: FakeJellyfin) -> None:
    house.with_players(
        {"plex": plex_settings(house, plex), "jelly": jellyfin_settings(house, jellyfin)}
    )
    house.changed(house.movie("A"))
    house.plan()
    plex.go_down()
    with pytest.raises(ServiceUnreachableError):
        house.notify("plex")
    assert house.notify("jelly").told_by == "jelly"
    assert (house.waiting_for("plex"), house.waiting_for("jelly")) == (["A"], [])
    plex.come_up()
    assert house.notify("plex").told_by == "plex"
    assert house.waiting() == []


def test_each_player_has_a_breaker_of_its_own(
    house: House, plex: FakePlex, jellyfin: FakeJellyfin
) -> None:
    house.with_players(
        {"plex": plex_settings(house, plex), "jelly": jellyfin_settings(house, jellyfin)}
    )
    house.changed(house.movie("A"))
    house.plan()
    plex.fail(times=5)
    for _ in range(5):
        with pytest.raises(ServiceFailedError):
            house.notify("plex")
    with pytest.raises(CircuitOpenError) as raised:
        house.notify("plex")
    assert raised.value.retry_after
    assert len(plex.asked) == 5
    house.notify("jelly")


def test_a_player_that_does_not_answer(house: House, plex: FakePlex) -> None:
    house.with_players({"plex": plex_settings(house, plex, timeout_seconds=0.2)})
    house.changed(house.movie("A"))
    house.plan()
    plex.hang()
    with pytest.raises(ServiceTimedOutError):
        house.notify("plex")
    plex.release()
    assert house.waiting_for("plex") == ["A"]


def test_with_nothing_waiting_nobody_is_asked(house: House, plex: FakePlex) -> None:
    house.with_players({"plex": plex_settings(house, plex)})
    assert house.notify("plex").as_json() == {
        "player": "plex",
        "told_by": None,
        "updated": [],
        "deleted": [],
        "dropped": 0,
        "actions": {},
    }
    assert plex.asked == []


def test_what_comes_while_a_player_is_told_waits(
    house: House, plex: FakePlex, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.with_players({"plex": plex_settings(house, plex)})
    directory = house.movie("A")
    house.changed(directory, "A.nfo")
    house.plan()
    answer = plex.answer

    def change_meanwhile(asked: Any) -> Any:
        if asked.path.endswith("/refresh") and not house.changes():
            house.changed(directory, "poster.jpg")
            house.plan()
        return answer(asked)

    monkeypatch.setattr(plex, "answer", change_meanwhile)
    assert house.notify("plex").updated == [str(directory)]
    assert [row.files for row in house.waiting()] == [["A.nfo", "poster.jpg"]]


def test_killed_between_the_call_and_the_end_the_call_is_made_again(
    house: House, plex: FakePlex, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.with_players({"plex": plex_settings(house, plex)})
    (tmp_path / "media.toml").write_text(
        f'library_database = "{house.database}"\n'
        f'[libraries]\nmovies = "{house.movies}"\n'
        f'[players.plex]\ntype = "plex"\nurl = "{plex.url}"\ntoken = "token"\n'
        f'path_mappings = {{ "{house.movies.parent}" = "/data" }}\n'
    )
    monkeypatch.setenv("MEDIA_CONFIG", str(tmp_path / "media.toml"))
    house.changed(house.movie("A"))
    house.changed(house.movie("B"))
    house.plan()
    killed = subprocess.run([sys.executable, "-c", KILLED_AFTER_THE_CALL, "plex"], check=False)
    assert killed.returncode == -9
    told = [("1", "/data/movies/A"), ("1", "/data/movies/B")]
    assert plex.refreshed() == told
    assert house.waiting_for("plex") == ["A", "B"]
    house.notify("plex")
    assert plex.refreshed() == told * 2
    assert house.waiting() == []


@pytest.mark.parametrize("change", ["updated", "deleted"])
def test_the_disk_counts_and_not_what_was_planned(
    house: House, jellyfin: FakeJellyfin, change: str
) -> None:
    house.with_players({"jelly": jellyfin_settings(house, jellyfin)})
    gone, there = house.movie("Gone"), house.movie("There")
    for directory in (gone, there):
        house.changed(directory, change=change)
    house.plan()
    shutil.rmtree(gone)
    summary = house.notify("jelly")
    assert (summary.updated, summary.deleted) == ([str(there)], [str(gone)])
    assert jellyfin.updates() == [
        [
            {"Path": "/media/movies/Gone", "UpdateType": "Deleted"},
            {"Path": "/media/movies/There", "UpdateType": "Created"},
        ]
    ]


def test_a_library_that_is_not_mounted_is_told_of_later(
    house: House, jellyfin: FakeJellyfin, tmp_path: Path
) -> None:
    house.with_players({"jelly": jellyfin_settings(house, jellyfin)})
    house.changed(house.movie("A"))
    house.changed(house.show("B"))
    house.plan()
    house.movies.rename(tmp_path / "elsewhere")
    house.movies.mkdir()
    with pytest.raises(LibraryUnavailableError, match="is its disk mounted"):
        house.notify("jelly")
    assert [update["Path"] for update in jellyfin.updates()[0]] == ["/media/tv/B"]
    assert house.waiting_for("jelly") == ["A"]
    house.movies.rmdir()
    (tmp_path / "elsewhere").rename(house.movies)
    house.notify("jelly")
    assert house.waiting() == []


@pytest.mark.usefixtures("bound_by_permissions")
def test_a_library_that_may_not_be_read_is_no_deletion(
    house: House, jellyfin: FakeJellyfin
) -> None:
    house.with_players({"jelly": jellyfin_settings(house, jellyfin)})
    house.changed(house.movie("A"))
    house.plan()
    house.movies.chmod(0)
    try:
        with pytest.raises(UnreadableFileError):
            house.notify("jelly")
    finally:
        house.movies.chmod(0o755)
    assert jellyfin.asked == []
    assert house.waiting_for("jelly") == ["A"]


def test_what_has_no_mapping_is_named_and_the_rest_is_told(
    house: House, jellyfin: FakeJellyfin
) -> None:
    mappings = {str(house.movies): "/media/movies"}
    house.with_players({"jelly": jellyfin_settings(house, jellyfin, path_mappings=mappings)})
    for directory in (house.show("B"), house.show("C"), house.movie("A")):
        house.changed(directory)
    house.plan()
    with pytest.raises(PathNotMappedError, match=r"'jelly' has no mapping for .*tv/B.*1 more"):
        house.notify("jelly")
    assert [update["Path"] for update in jellyfin.updates()[0]] == ["/media/movies/A"]
    assert house.waiting_for("jelly") == ["B", "C"]


def test_what_may_pass_is_raised_before_what_stays(house: House, jellyfin: FakeJellyfin) -> None:
    mappings = {str(house.movies): "/media/movies"}
    house.with_players({"jelly": jellyfin_settings(house, jellyfin, path_mappings=mappings)})
    house.changed(house.show("B"))
    house.changed(house.movies / "A")
    house.plan()
    shutil.rmtree(house.movies)
    with pytest.raises(LibraryUnavailableError):
        house.notify("jelly")


def test_with_the_phase_off_what_waits_is_dropped(house: House, plex: FakePlex) -> None:
    house.with_players({"plex": plex_settings(house, plex)})
    house.changed(house.movie("A"))
    house.plan()
    assert house.notify("plex", notify=False).dropped == 1
    assert house.waiting() == []
    assert plex.asked == []


def test_what_no_library_holds_any_more_is_dropped(house: House, plex: FakePlex) -> None:
    house.with_players({"plex": plex_settings(house, plex)})
    house.changed(house.show("B"))
    house.plan()
    house.settings = house.settings.model_copy(
        update={"libraries": {"movies": house.settings.libraries["movies"]}}
    )
    assert house.notify("plex").dropped == 1
    assert house.waiting() == []
    assert plex.asked == []


def test_a_player_that_is_not_in_the_settings(house: House) -> None:
    with pytest.raises(SettingsError, match=r"players\.tv"):
        house.notify("tv")


def test_a_player_that_is_disabled_is_not_told(house: House, plex: FakePlex) -> None:
    house.with_players({"plex": plex_settings(house, plex, enabled=False)})
    assert house.notify("plex").told_by is None


@pytest.fixture
def second(kodi: FakeKodi, shares: dict[str, Path]) -> Iterator[FakeKodi]:
    """Another Kodi, that has one library with the first."""
    sources = {"smb://nas/movies": "movies", "smb://nas/tv": "tvshows"}
    with FakeKodi(shares, sources, shared=kodi) as fake:
        yield fake


@pytest.fixture
def shared(house: House, kodi: FakeKodi, second: FakeKodi) -> House:
    house.with_players(
        {
            "living": kodi_settings(house, kodi, group="home"),
            "bedroom": kodi_settings(house, second, group="home"),
        },
        {"home": {"shared_library": True}},
    )
    house.changed(house.movie("A"))
    assert [planned.player for planned in house.plan()] == ["living"]
    return house


def test_one_kodi_is_told_for_all_that_share_a_library(
    shared: House, kodi: FakeKodi, second: FakeKodi
) -> None:
    assert shared.notify("living").told_by == "living"
    assert second.asked == []
    assert second.titles() == ["A"]
    assert shared.waiting() == []


@pytest.mark.parametrize("fault", ["down", "failing", "playing", "slow"])
def test_the_next_kodi_is_told_if_the_first_cannot(
    shared: House, kodi: FakeKodi, second: FakeKodi, fault: str
) -> None:
    match fault:
        case "down":
            kodi.go_down()
        case "failing":
            kodi.fail(times=100)
        case "playing":
            kodi.playing = ["video"]
        case "slow":
            living = shared.settings.players["living"].model_copy(update={"timeout_seconds": 0.2})
            players = {**shared.settings.players, "living": living}
            shared.settings = shared.settings.model_copy(update={"players": players})
            kodi.hang(times=100)
    assert shared.notify("living").told_by == "bedroom"
    assert second.titles() == ["A"]
    assert shared.waiting() == []
    kodi.release()


def test_the_next_kodi_is_told_only_what_is_left(
    shared: House, kodi: FakeKodi, second: FakeKodi
) -> None:
    shared.changed(shared.show("B"))
    shared.plan()
    # The first is told of the movie and goes down before the series.
    kodi.broken["VideoLibrary.GetTVShows"] = -32603
    summary = shared.notify("living")
    assert {Path(directory).name for directory in summary.updated} == {"A", "B"}
    assert second.called("VideoLibrary.GetMovies") == []


def test_with_all_kodis_of_a_group_away_the_job_comes_again(
    shared: House, kodi: FakeKodi, second: FakeKodi
) -> None:
    kodi.go_down()
    second.playing = ["video"]
    with pytest.raises(PlayerBusyError):
        shared.notify("living")
    second.go_down()
    with pytest.raises(ServiceUnreachableError):
        shared.notify("living")
    assert len(waiting_notices(shared.library, recipient_for(shared.settings, "living"))) == 1


def test_wrong_credentials_are_no_reason_to_try_the_next(
    shared: House, kodi: FakeKodi, second: FakeKodi
) -> None:
    kodi.fail(401)
    with pytest.raises(ServiceRefusedError):
        shared.notify("living")
    assert second.asked == []
