"""Which files come to be, under the names that Kodi, Jellyfin and Plex look for."""

from pathlib import Path

import pytest
from lxml import etree
from publishing_stage import JPEG, NFO, PNG, Stage

from media.publishing.formats import ending_of
from media.publishing.names import actor_name
from media.settings import Settings

ONE, TWO, THREE = JPEG + b"one", JPEG + b"two", JPEG + b"three"


def test_an_nfo_is_always_written(stage: Stage) -> None:
    summary = stage.publish(assets=False, actors=False, trailers=False)
    root = etree.fromstring(stage.files()[NFO])
    assert root.findtext("title") == "Sintel"
    assert root.findtext("ratings/rating[@name='themoviedb']/value") == "7.5"
    assert summary.written == [NFO]
    assert summary.as_json()["changed"] is True


def test_the_streams_are_told_as_kodi_names_them(stage: Stage) -> None:
    stage.publish()
    details = etree.fromstring(stage.files()[NFO]).find("fileinfo/streamdetails")
    assert details is not None
    assert details.findtext("video/hdrtype") == "hdr10"
    assert details.findtext("video/durationinseconds") == "900"
    assert details.findtext("video/aspect") == "2.400000"
    assert details.findtext("audio/language") == "ger"
    assert details.findtext("subtitle/language") == "por"


def test_artwork_has_the_names_that_players_know(stage: Stage) -> None:
    for kind in ("clearlogo", "clearart", "discart", "landscape", "banner", "keyart"):
        stage.choose(kind, PNG + kind.encode())
    stage.choose("poster", ONE, TWO)
    stage.choose("fanart", ONE, TWO, THREE)
    stage.publish()
    assert set(stage.files()) == {
        NFO,
        *("clearlogo.png", "clearart.png", "discart.png", "landscape.png", "banner.png"),
        *("keyart.png", "poster.jpg", "poster1.jpg"),
        *("fanart.jpg", "fanart1.jpg", "backdrop1.jpg", "fanart2.jpg", "backdrop2.jpg"),
    }
    assert stage.files()["fanart2.jpg"] == stage.files()["backdrop2.jpg"] == THREE


def test_jellyfin_s_names_are_left_out_where_nobody_reads_them(
    stage: Stage, settings: Settings
) -> None:
    players = {"tv": {"type": "kodi", "url": "http://127.0.0.1:1"}}
    stage.settings = Settings.model_validate({**settings.model_dump(), "players": players})
    stage.choose("fanart", ONE, TWO)
    stage.publish()
    assert set(stage.files()) == {NFO, "fanart.jpg", "fanart1.jpg"}


def test_the_ending_tells_the_content(stage: Stage) -> None:
    stage.choose("poster", PNG + b"named .jpg in the cache")
    stage.choose("fanart", b"RIFF....WEBPVP8 ")
    stage.choose("banner", b"GIF89a")
    stage.publish()
    assert set(stage.files()) == {NFO, "poster.png", "fanart.webp", "banner.gif"}


@pytest.mark.parametrize(
    ("content", "recorded", "ending"),
    [
        (b"\x1a\x45\xdf\xa3....", ".webm", ".webm"),
        (b"\x1a\x45\xdf\xa3....", "", ".mkv"),
        (b"....ftypisom", "", ".mp4"),
        (b"....ftypisom", ".m4v", ".m4v"),
        (b"nobody knows", ".avi", ".avi"),
    ],
)
def test_the_ending_of_a_trailer(
    tmp_path: Path, content: bytes, recorded: str, ending: str
) -> None:
    path = tmp_path / "trailer"
    path.write_bytes(content)
    assert ending_of(path, recorded) == ending


def test_another_format_replaces_the_file_with_the_other_ending(stage: Stage) -> None:
    stage.choose("poster", ONE)
    stage.publish()
    stage.choose("poster", PNG)
    assert stage.publish().removed == ["poster.jpg"]
    assert set(stage.files()) == {NFO, "poster.png"}


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("Halina Reijn", ".actors/Halina_Reijn"),
        ("Amélie Ünal", ".actors/Amélie_Ünal"),
        ("Jack O'Neil Jr.", ".actors/Jack_O'Neil_Jr."),
        ('AC/DC: "The\\Band" <live>|?*', ".actors/AC_DC___The_Band___live____"),
        ("../../etc/passwd", ".actors/.._.._etc_passwd"),
        ("é" * 200, ".actors/" + "é" * 120),
    ],
)
def test_actors_names_become_names_of_files(name: str, file: str) -> None:
    assert actor_name(name) == file


def test_actors_pictures(stage: Stage) -> None:
    stage.cast("Halina Reijn", "Thom Hoffman", "HALINA REIJN")
    stage.publish()
    pictures = {name for name in stage.files() if name != NFO}
    assert pictures == {".actors/Halina_Reijn.jpg", ".actors/Thom_Hoffman.jpg"}
    actors = etree.fromstring(stage.files()[NFO]).findall("actor")
    assert [one.findtext("order") for one in actors] == ["0", "1", "2"]


def test_trailers_only_if_they_are_wanted(stage: Stage) -> None:
    stage.choose("trailer", b"trailer")
    stage.publish()
    assert set(stage.files()) == {NFO}
    stage.publish(trailers=True)
    assert set(stage.files()) == {NFO, "Sintel (2010)-trailer.mp4"}


def test_what_is_switched_off_is_neither_written_nor_taken_away(stage: Stage) -> None:
    stage.choose("poster", ONE)
    stage.cast("Halina Reijn")
    stage.publish()
    before = stage.files()
    stage.choose("poster")
    stage.cast()
    stage.publish(assets=False, actors=False)
    assert stage.files().keys() == before.keys()
    stage.publish()
    assert set(stage.files()) == {NFO}
    assert not (stage.directory / ".actors").exists()


def test_every_version_has_an_nfo_of_its_own(stage: Stage) -> None:
    stage.add_video("Sintel (2010) - 4K.mkv", "version", minutes=20)
    stage.publish()
    seconds = "fileinfo/streamdetails/video/durationinseconds"
    assert etree.fromstring(stage.files()[NFO]).findtext(seconds) == "900"
    other = stage.files()["Sintel (2010) - 4K.nfo"]
    assert etree.fromstring(other).findtext(seconds) == "1200"


def test_parts_have_one_nfo_named_for_the_first(stage: Stage) -> None:
    stage.rename_video("Sintel-cd1.mkv")
    stage.add_video("Sintel-cd2.mkv", "part", minutes=10)
    stage.publish()
    assert set(stage.files()) == {"Sintel-cd1.nfo"}
    root = etree.fromstring(stage.files()["Sintel-cd1.nfo"])
    assert root.findtext("fileinfo/streamdetails/video/durationinseconds") == "1500"


def test_movie_nfo_if_that_is_wanted(stage: Stage) -> None:
    stage.publish(nfo_name="movie")
    assert set(stage.files()) == {"movie.nfo"}


@pytest.mark.parametrize("video", ["BDMV/STREAM/00001.m2ts", "VIDEO_TS/VTS_01_1.VOB"])
def test_a_disc_s_structure_is_left_as_it_is(stage: Stage, video: str) -> None:
    stage.rename_video(video)
    stage.choose("trailer", b"\0\0\0\x18ftypmp42", b"\0\0\0\x18ftypisom")
    stage.publish(trailers=True)
    assert set(stage.files()) == {"movie.nfo", "movie-trailer.mp4", "movie-trailer2.mp4"}


def test_of_a_disc_the_files_named_like_its_directory_are_known(stage: Stage) -> None:
    stage.rename_video("BDMV/STREAM/00001.m2ts")
    (stage.directory / NFO).write_bytes(b"<movie><playcount>3</playcount></movie>")
    (stage.directory / "Sintel (2010)-poster.jpg").write_bytes(TWO)
    stage.choose("poster", ONE)
    summary = stage.publish()
    assert summary.kept == ["Sintel (2010)-poster.jpg"]
    for name in ("movie.nfo", NFO):
        root = etree.fromstring(stage.files()[name])
        assert (root.findtext("title"), root.findtext("playcount")) == ("Sintel", "3")
