"""NFOs that are there already."""

import pytest
from lxml import etree
from publishing_stage import NFO, NOW, Stage
from sqlalchemy import update

from media.library.models import MediaFile
from media.movie import NfoState
from media.nfo import MAX_BYTES
from media.scan.nfo import read_nfo

FOREIGN = b"<movie><title>Old</title><playcount>4</playcount><mine>x</mine></movie>"


def said(content: bytes, tag: str) -> str | None:
    return etree.fromstring(content).findtext(tag)


def test_a_foreign_nfo_is_merged(stage: Stage) -> None:
    (stage.directory / NFO).write_bytes(FOREIGN)
    stage.publish()
    content = stage.files()[NFO]
    assert (said(content, "title"), said(content, "playcount")) == ("Sintel", "4")
    assert not stage.publish().changed


def test_what_ours_takes_the_place_of_stays_beside_it_once(stage: Stage) -> None:
    (stage.directory / NFO).write_bytes(FOREIGN)
    summary = stage.publish()
    assert (summary.set_aside, summary.warnings) == ([f"{NFO}.orig"], [])
    stage.change(title="Sintel II")
    assert stage.publish().set_aside == []
    files = stage.files()
    assert files.keys() == {NFO, f"{NFO}.orig"}
    assert (files[f"{NFO}.orig"], said(files[NFO], "title")) == (FOREIGN, "Sintel II")


@pytest.mark.parametrize(
    "foreign",
    [
        b"<movie><title>Sintel</title><playcount>4</playcount></movie>",
        b"<movie><title>Sintel</title><runtime>3</runtime></movie>",
        b"<movie><lockdata>true</lockdata><title>Mine</title></movie>",
    ],
)
def test_an_nfo_that_loses_nothing_needs_no_copy(stage: Stage, foreign: bytes) -> None:
    (stage.directory / NFO).write_bytes(foreign)
    assert stage.publish().set_aside == []
    assert stage.files().keys() == {NFO}


def test_a_foreign_movie_nfo_is_adopted(stage: Stage) -> None:
    """Left stale it would go before ours."""
    (stage.directory / "movie.nfo").write_bytes(FOREIGN)
    stage.publish()
    files = stage.files()
    assert files.keys() == {NFO, "movie.nfo", "movie.nfo.orig"}
    for content in (files[NFO], files["movie.nfo"]):
        assert (said(content, "title"), said(content, "playcount")) == ("Sintel", "4")
    stage.change(title="Sintel II")
    assert sorted(stage.publish().written) == [NFO, "movie.nfo"]
    assert said(stage.files()["movie.nfo"], "title") == "Sintel II"


def test_an_nfo_of_the_video_is_adopted_where_movie_nfo_is_wanted(stage: Stage) -> None:
    (stage.directory / NFO).write_bytes(FOREIGN)
    stage.publish(nfo_name="movie")
    assert said(stage.files()["movie.nfo"], "playcount") == "4"
    assert said(stage.files()[NFO], "title") == "Sintel"


def test_an_nfo_is_known_however_its_name_is_written(stage: Stage) -> None:
    (stage.directory / "MOVIE.NFO").write_bytes(FOREIGN)
    stage.publish()
    assert stage.files().keys() == {NFO, "MOVIE.NFO", "MOVIE.NFO.orig"}
    assert said(stage.files()["MOVIE.NFO"], "title") == "Sintel"


@pytest.mark.parametrize(
    "content",
    [b"<movie><playcount>4</playcount><plot>no end", b"art of a group", b"x" * (MAX_BYTES + 9)],
)
def test_a_broken_nfo_is_set_aside_whole(stage: Stage, content: bytes) -> None:
    (stage.directory / NFO).write_bytes(content)
    summary = stage.publish()
    assert summary.set_aside == [f"{NFO}.orig"]
    assert summary.warnings == [f"{NFO} held more than an NFO can: see {NFO}.orig"]
    assert stage.files()[f"{NFO}.orig"] == content
    assert said(stage.files()[NFO], "title") == "Sintel"
    assert not stage.publish().changed


def test_a_change_by_others_stays_and_is_told(stage: Stage) -> None:
    stage.publish()
    path = stage.directory / NFO
    stage.write(NFO, path.read_bytes().replace(b"dragon", b"wyvern"))
    summary = stage.publish()
    assert summary.changed_by_others == [NFO]
    assert b"wyvern" in path.read_bytes()
    assert stage.publish().changed_by_others == []
    stage.change(plot="A new plot.")
    stage.publish()
    assert b"A new plot." in path.read_bytes()


def test_what_is_locked_in_the_library_is_written_over_it(stage: Stage) -> None:
    stage.publish()
    path = stage.directory / NFO
    stage.write(NFO, path.read_bytes().replace(b"dragon", b"wyvern"))
    stage.change(locked_fields=["plot"])
    stage.publish()
    assert b"dragon" in path.read_bytes()


def test_the_scan_reads_what_was_written(stage: Stage) -> None:
    stage.change(collection="Open movies", certification="US:PG", tagline="Tom & Jerry <3")
    stage.publish()
    nfo = read_nfo(stage.directory / NFO)
    assert nfo.state is NfoState.READ
    assert (nfo.known.title, nfo.known.year, nfo.known.tmdb_id) == ("Sintel", 2010, 45745)
    assert (nfo.known.collection, nfo.known.certification) == ("Open movies", "US:PG")
    assert (nfo.known.tagline, nfo.known.genres) == ("Tom & Jerry <3", ("Animation",))


def test_of_versions_with_one_nfo_the_main_one_is_told(stage: Stage) -> None:
    stage.add_video("Sintel (2010).mp4", "version", minutes=99)
    stage.publish()
    details = "fileinfo/streamdetails/video/durationinseconds"
    assert said(stage.files()[NFO], details) == "900"


def test_the_nfo_of_a_video_that_is_left_out_now_stays_as_long_as_that(stage: Stage) -> None:
    version = "Sintel (2010) - 4K.mkv"
    stage.add_video(version, "version")
    (stage.directory / "Sintel (2010) - 4K.nfo").write_bytes(FOREIGN)
    stage.publish()
    with stage.library.writing() as session:
        leave_out = update(MediaFile).where(MediaFile.relative_path == version)
        session.execute(leave_out.values(missing_since=NOW))
    assert not stage.publish().changed
    assert said(stage.files()["Sintel (2010) - 4K.nfo"], "playcount") == "4"
    (stage.directory / version).unlink()
    assert stage.publish().removed == ["Sintel (2010) - 4K.nfo"]
