"""What is as it should be is not touched; what is not is brought back."""

import os

import pytest
from lxml import etree
from publishing_stage import JPEG, NFO, PNG, VIDEO, Stage

ONE, TWO = JPEG + b"one", JPEG + b"two"


@pytest.fixture
def published(stage: Stage) -> Stage:
    stage.choose("poster", ONE)
    stage.cast("Halina Reijn")
    stage.publish()
    return stage


def test_nothing_is_written_when_equal(published: Stage) -> None:
    times = published.times()
    summary = published.publish()
    assert summary.unchanged == ["poster.jpg", ".actors/Halina_Reijn.jpg", NFO]
    assert not summary.changed
    assert published.times() == times
    assert len(published.changes()) == 1


def test_the_change_names_what_was_written_and_taken_away(published: Stage) -> None:
    published.choose("poster")
    published.choose("fanart", TWO)
    published.publish()
    first, second = published.changes()
    assert first == [".actors/Halina_Reijn.jpg", NFO, "poster.jpg"]
    assert second == ["fanart.jpg", "poster.jpg"]


def test_rows_tell_what_was_written(published: Stage) -> None:
    rows = published.rows()
    assert {row.kind for row in rows.values()} == {"nfo", "poster", "actor"}
    status = (published.directory / "poster.jpg").stat()
    poster = rows["poster.jpg"]
    assert (poster.size, poster.mtime_ns) == (status.st_size, status.st_mtime_ns)
    assert poster.sha256 == poster.cache_key


def test_a_new_choice_replaces_ours(published: Stage) -> None:
    published.choose("poster", TWO)
    assert published.publish().written == ["poster.jpg"]
    assert published.files()["poster.jpg"] == TWO


def test_what_was_deleted_comes_back_from_the_cache(published: Stage) -> None:
    before = published.files()
    for name in before:
        (published.directory / name).unlink()
    summary = published.publish()
    assert sorted(summary.written) == sorted(before)
    assert published.files() == before


def test_an_nfo_comes_back_with_what_was_foreign_in_it(published: Stage) -> None:
    path = published.directory / NFO
    path.write_bytes(path.read_bytes().replace(b"</movie>", b"<playcount>2</playcount></movie>"))
    published.publish()
    path.unlink()
    published.publish()
    assert etree.fromstring(path.read_bytes()).findtext("playcount") == "2"


def test_after_a_rename_the_nfo_and_the_trailer_go_with_the_video(published: Stage) -> None:
    path = published.directory / NFO
    path.write_bytes(path.read_bytes().replace(b"</movie>", b"<playcount>2</playcount></movie>"))
    published.choose("trailer", b"trailer")
    published.publish(trailers=True)
    published.rename_video("Sintel (2010) Bluray.mkv")
    summary = published.publish(trailers=True)
    assert sorted(summary.removed) == ["Sintel (2010)-trailer.mp4", NFO]
    files = published.files()
    assert etree.fromstring(files["Sintel (2010) Bluray.nfo"]).findtext("playcount") == "2"
    assert files["Sintel (2010) Bluray-trailer.mp4"] == b"trailer"


def test_an_old_nfo_that_somebody_changed_stays_after_a_rename(published: Stage) -> None:
    path = published.directory / NFO
    path.write_bytes(path.read_bytes().replace(b"</movie>", b"<playcount>2</playcount></movie>"))
    published.rename_video("Sintel (2010) Bluray.mkv")
    summary = published.publish()
    assert (summary.removed, summary.changed_by_others) == ([], [NFO])
    new = published.files()["Sintel (2010) Bluray.nfo"]
    assert etree.fromstring(new).findtext("playcount") == "2"


def test_a_touched_file_is_not_written_again(published: Stage) -> None:
    os.utime(published.directory / "poster.jpg", (1, 1))
    assert not published.publish().changed
    assert published.rows()["poster.jpg"].mtime_ns == 1_000_000_000


def test_a_choice_that_the_cache_has_lost_leaves_what_is_there(published: Stage) -> None:
    published.choose("poster", TWO)
    key = published.keep(TWO)
    published.cache.path_of(key, "image", ".jpg").unlink()
    summary = published.publish()
    assert published.files()["poster.jpg"] == ONE
    assert summary.warnings == ["poster is not in the cache any more"]


def test_a_damaged_file_of_the_cache_is_not_published(published: Stage) -> None:
    published.choose("poster", TWO)
    published.cache.path_of(published.keep(TWO), "image", ".jpg").write_bytes(JPEG + b"no")
    summary = published.publish()
    assert published.files()["poster.jpg"] == ONE
    assert "damaged" in summary.warnings[0]


def test_an_intact_published_file_needs_no_cache(published: Stage) -> None:
    published.cache.path_of(published.keep(ONE), "image", ".jpg").unlink()
    assert "poster.jpg" in published.publish().unchanged


def test_leftovers_of_a_killed_run_go(published: Stage) -> None:
    leftover = published.directory / ".poster.jpg.0123456789abcdef.tmp"
    foreign = published.directory / ".poster.jpg.Xy12Zz"
    leftover.write_bytes(PNG)
    foreign.write_bytes(PNG)
    published.publish()
    assert (leftover.exists(), foreign.exists()) == (False, True)


def test_the_video_is_never_touched(published: Stage) -> None:
    assert (published.directory / VIDEO).read_bytes() == b"video"
