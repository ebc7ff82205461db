import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from player_fakes import FakeKodi
from player_fakes.kodi_library import Shown
from player_house import House, kodi_settings

from media.errors import (
    LibraryUnavailableError,
    PlayerBusyError,
    PlayerNotUpdatedError,
)

pytestmark = pytest.mark.usefixtures("told_kodi")
SCAN = "VideoLibrary.Scan"


def test_a_new_movie_is_found_by_a_scan_of_the_whole_source(house: House, kodi: FakeKodi) -> None:
    summary = house.tell("tv", house.movie("Sintel (2010)", "Sintel"), "Sintel (2010).nfo")
    assert kodi.titles() == ["Sintel"]
    assert kodi.called(SCAN) == [{"directory": "smb://nas/movies/", "showdialogs": False}]
    assert summary.as_json() == {
        "player": "tv",
        "told_by": "tv",
        "updated": [str(house.movies / "Sintel (2010)")],
        "deleted": [],
        "dropped": 0,
        "actions": {"scanned": 1},
    }
    assert house.waiting() == []


def test_what_kodi_knows_is_refreshed_and_its_textures_removed(
    house: House, kodi: FakeKodi, known: Path
) -> None:
    house.entitle(known, "Sintel, corrected")
    (known / "poster.jpg").write_bytes(b"second poster")
    summary = house.tell("tv", known, "Sintel (2010).nfo", "poster.jpg")
    assert kodi.titles() == ["Sintel, corrected"]
    assert kodi.picture("Sintel, corrected") == b"second poster"
    assert summary.actions == {"textures removed": 1, "refreshed": 1}
    assert kodi.called(SCAN) == []


def test_textures_of_what_did_not_change_stay(house: House, kodi: FakeKodi, known: Path) -> None:
    (known / "poster.jpg").write_bytes(b"second poster")
    house.tell("tv", known, "Sintel (2010).nfo", "fanart.jpg")
    assert kodi.picture("Sintel") == b"first poster"


def test_a_directory_of_an_awkward_name(house: House, kodi: FakeKodi) -> None:
    name = "Tom & Jerry's 100% #1? + «Ümläut» (1992)"
    directory = house.movie(name, "Tom")
    house.tell("tv", directory)
    kodi.picture("Tom")
    (directory / "poster.jpg").write_bytes(b"second poster")
    house.tell("tv", directory, "poster.jpg")
    assert kodi.picture("Tom") == b"second poster"


def test_a_deleted_movie_is_removed_and_no_other(house: House, kodi: FakeKodi, known: Path) -> None:
    house.movie("Sintel (2010) 2", "Other")
    kodi.scan_now()
    shutil.rmtree(known)
    house.changed(known, change="deleted")
    house.plan()
    summary = house.notify("tv")
    assert kodi.titles() == ["Other"]
    assert (summary.updated, summary.deleted) == ([], [str(known)])
    assert summary.actions == {"removed": 1}


def test_after_an_upgrade_the_old_file_goes_and_the_new_one_is_found(
    house: House, kodi: FakeKodi, known: Path
) -> None:
    (known / "Sintel (2010).mkv").rename(known / "Sintel (2010) 2160p.mkv")
    (known / "Sintel (2010).nfo").rename(known / "Sintel (2010) 2160p.nfo")
    house.remember(known, "Sintel (2010) 2160p.mkv")
    summary = house.tell("tv", known)
    assert [movie.file for movie in kodi.library.movies.values()] == [
        "smb://nas/movies/Sintel (2010)/Sintel (2010) 2160p.mkv"
    ]
    assert summary.actions == {"removed": 1, "scanned": 1}


def test_a_movie_in_parts_is_known_by_its_stack(house: House, kodi: FakeKodi) -> None:
    directory = house.movie("Two", "Two", "Two, part cd1.mkv", "Two, part cd2.mkv")
    kodi.library.movies[7] = Shown(
        7,
        "stack://smb://nas/movies/Two/Two,, part cd1.mkv , smb://nas/movies/Two/Two,, part cd2.mkv",
        "Two",
    )
    summary = house.tell("tv", directory)
    assert summary.actions == {"refreshed": 1}


def test_a_disc_is_known_by_any_of_its_files(house: House, kodi: FakeKodi) -> None:
    directory = house.movies / "Disc"
    (directory / "VIDEO_TS").mkdir(parents=True)
    for name in ("VIDEO_TS.IFO", "VTS_01_1.VOB"):
        (directory / "VIDEO_TS" / name).touch()
    house.remember(directory, "VIDEO_TS/VTS_01_1.VOB")
    kodi.library.movies[7] = Shown(7, "smb://nas/movies/Disc/VIDEO_TS/VIDEO_TS.IFO", "Disc")
    assert house.tell("tv", directory).actions == {"refreshed": 1}


def test_many_events_are_few_calls(house: House, kodi: FakeKodi) -> None:
    directories = [house.movie(f"Movie {number}") for number in range(60)]
    kodi.scan_now()
    directories += [house.movie(f"New {number}") for number in range(3)]
    for directory in directories:
        house.changed(directory, "poster.jpg")
    house.plan()
    summary = house.notify("tv")
    assert len(summary.updated) == 63
    assert summary.actions == {"refreshed": 60, "scanned": 1}
    # Idle? sources, a look into one, 2 lists, 2 of textures, refreshes, scan, 2 looks whether it
    # ended, 2 lists to verify.
    assert len(kodi.asked) <= 13


def test_a_library_in_pages(house: House, kodi: FakeKodi, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("media.players.kodi.json_rpc._PAGE", 2)
    directory = house.movie("Many", "Many", *(f"Many {number}.mkv" for number in range(5)))
    (directory / "movie.nfo").write_text("<movie><title>Many</title></movie>")
    kodi.scan_now()
    assert house.tell("tv", directory).actions == {"refreshed": 5}


def test_while_a_video_plays_kodi_is_left_alone(house: House, kodi: FakeKodi, known: Path) -> None:
    kodi.playing = ["video"]
    with pytest.raises(PlayerBusyError, match="playing") as raised:
        house.tell("tv", known)
    assert raised.value.retry_after == 60
    assert [call["method"] for call in kodi.calls()] == ["Player.GetActivePlayers"]
    assert house.waiting_for("tv") == ["Sintel (2010)"]
    kodi.playing = ["audio"]
    assert house.notify("tv").updated


def test_clean_first_cleans_the_content_of_the_source(
    house: House, kodi: FakeKodi, known: Path
) -> None:
    gone = house.movie("Gone unnoticed")
    kodi.scan_now()
    shutil.rmtree(gone)
    house.tell("tv", known, clean_first=True)
    assert kodi.titles() == ["Sintel"]
    assert kodi.called("VideoLibrary.Clean") == [
        {"showdialogs": False, "content": "movies", "directory": "smb://nas/movies/"}
    ]
    methods = [call["method"] for call in kodi.calls()]
    assert methods.index("VideoLibrary.Clean") < methods.index("VideoLibrary.RefreshMovie")


def test_without_clean_first_nothing_is_cleaned(house: House, kodi: FakeKodi, known: Path) -> None:
    house.tell("tv", known)
    assert kodi.called("VideoLibrary.Clean") == []


@pytest.mark.parametrize("how", ["unmounted", "empty"])
def test_nothing_is_cleaned_or_told_while_kodi_does_not_see_the_share(
    house: House, kodi: FakeKodi, known: Path, tmp_path: Path, how: str
) -> None:
    if how == "unmounted":
        kodi.mounts.unmount("smb://nas/movies")
    else:
        (tmp_path / "empty").mkdir()
        kodi.mounts.remount("smb://nas/movies", tmp_path / "empty")
    with pytest.raises(LibraryUnavailableError, match="sees nothing in its source smb://nas/mov"):
        house.tell("tv", known, clean_first=True)
    assert kodi.called("VideoLibrary.Clean") == []
    assert kodi.titles() == ["Sintel"]
    assert house.waiting_for("tv") == ["Sintel (2010)"]


def test_what_is_gone_is_removed_even_if_kodi_does_not_see_the_share(
    house: House, kodi: FakeKodi, known: Path
) -> None:
    shutil.rmtree(known)
    kodi.mounts.unmount("smb://nas/movies")
    assert house.tell("tv", known, clean_first=True).actions == {"removed": 1}
    assert kodi.called("VideoLibrary.Clean") == []


def test_a_source_of_several_paths_and_the_innermost_source(house: House, kodi: FakeKodi) -> None:
    kodi.listed_sources = [
        "smb://nas/",
        "multipath://smb%3a%2f%2fnas%2fmovies%2f/smb%3a%2f%2fnas%2ftv%2f/",
    ]
    house.tell("tv", house.movie("X"))
    assert [call["directory"] for call in kodi.called(SCAN)] == ["smb://nas/movies/"]


def test_a_new_series_and_a_new_episode_are_scans(house: House, kodi: FakeKodi) -> None:
    show = house.show("Caminandes")
    assert house.tell("tv", show).actions == {"scanned": 1}
    assert [one.title for one in kodi.library.series.values()] == ["Caminandes"]
    assert house.tell("tv", show).actions == {"scanned": 1}
    assert [call["directory"] for call in kodi.called(SCAN)] == ["smb://nas/tv/"] * 2


def test_a_series_whose_own_files_changed_is_refreshed(house: House, kodi: FakeKodi) -> None:
    show = house.show("Caminandes")
    kodi.scan_now()
    house.entitle(show, "Caminandes!")
    assert house.tell("tv", show, "tvshow.nfo").actions == {"refreshed": 1, "scanned": 1}
    assert [one.title for one in kodi.library.series.values()] == ["Caminandes!"]


def test_a_deleted_series_is_removed(house: House, kodi: FakeKodi) -> None:
    show = house.show("Caminandes")
    kodi.scan_now()
    shutil.rmtree(show)
    assert house.tell("tv", show).actions == {"removed": 1}
    assert not kodi.library.series


def test_a_series_that_kodi_must_know_and_does_not_is_told_again(
    house: House, kodi: FakeKodi
) -> None:
    kodi.ignores_scans = True
    with pytest.raises(PlayerNotUpdatedError):
        house.tell("tv", house.show("Caminandes"))
    without_nfo = house.series / "Other"
    without_nfo.mkdir()
    with pytest.raises(PlayerNotUpdatedError):
        house.tell("tv", without_nfo)
    assert house.waiting_for("tv") == ["Caminandes"]


@pytest.fixture
def on_windows(house: House) -> Iterator[FakeKodi]:
    mounts = {"D:\\Movies": house.movies}
    with FakeKodi(mounts, {"D:\\Movies": "movies"}, separator="\\") as fake:
        yield fake


def test_a_kodi_on_windows(house: House, on_windows: FakeKodi) -> None:
    mappings = {str(house.movies): "D:\\Movies"}
    house.with_players({"tv": kodi_settings(house, on_windows, path_mappings=mappings)})
    directory = house.movie("Sintel (2010)", "Sintel")
    house.tell("tv", directory)
    assert on_windows.titles() == ["Sintel"]
    assert on_windows.called(SCAN)[0]["directory"] == "D:\\Movies\\"
    on_windows.picture("Sintel")
    (directory / "poster.jpg").write_bytes(b"second")
    assert house.tell("tv", directory, "poster.jpg").actions == {
        "textures removed": 1,
        "refreshed": 1,
    }
    assert on_windows.picture("Sintel") == b"second"
