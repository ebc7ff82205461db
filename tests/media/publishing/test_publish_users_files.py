"""Files of the user's own are never lost, and stay where they are unless told otherwise."""

from pathlib import Path

import pytest
from publishing_stage import JPEG, NFO, PNG, Stage
from sqlalchemy import update

from media.library.models import PublishedFile
from media.publishing import directory
from media.scan.content_hash import whole_hash

OURS, OTHER, MINE = JPEG + b"ours", JPEG + b"other", JPEG + b"mine"


@pytest.mark.parametrize(
    "name",
    [
        "poster.jpg",
        "poster.png",
        "Poster.JPG",
        "folder.jpg",
        "cover.jpeg",
        "Sintel (2010)-poster.jpg",
    ],
)
def test_the_user_s_poster_stays(stage: Stage, name: str) -> None:
    (stage.directory / name).write_bytes(MINE)
    stage.choose("poster", OURS)
    for _ in range(2):
        summary = stage.publish()
        assert summary.kept == [name]
        assert stage.files().keys() == {name, NFO}
        assert stage.files()[name] == MINE
    assert not stage.rows().keys() & {name, "poster.jpg"}


@pytest.mark.parametrize("name", ["poster.jpg", "poster.png", "folder.jpg"])
def test_the_user_s_poster_is_set_aside_if_that_is_told(stage: Stage, name: str) -> None:
    (stage.directory / name).write_bytes(MINE)
    stage.choose("poster", OURS)
    summary = stage.publish(replace_user_artwork=True)
    assert summary.set_aside == [f"{name}.orig"]
    files = stage.files()
    assert (files["poster.jpg"], files[f"{name}.orig"]) == (OURS, MINE)
    assert files.keys() == {"poster.jpg", f"{name}.orig", NFO}
    assert not stage.publish(replace_user_artwork=True).changed


def test_what_is_set_aside_replaces_nothing(stage: Stage) -> None:
    (stage.directory / "poster.jpg.orig").write_bytes(OTHER)
    (stage.directory / "poster.jpg").write_bytes(MINE)
    stage.choose("poster", OURS)
    summary = stage.publish(replace_user_artwork=True)
    assert summary.set_aside == ["poster.jpg.orig2"]
    assert stage.files()["poster.jpg.orig"] == OTHER
    assert stage.files()["poster.jpg.orig2"] == MINE


def test_what_an_earlier_run_set_aside_is_not_set_aside_again(stage: Stage) -> None:
    (stage.directory / "poster.jpg.orig").write_bytes(MINE)
    (stage.directory / "poster.jpg").write_bytes(MINE)
    stage.choose("poster", OURS)
    stage.publish(replace_user_artwork=True)
    assert stage.files().keys() == {"poster.jpg", "poster.jpg.orig", NFO}


def test_a_published_file_that_somebody_changed_stays_and_is_told(stage: Stage) -> None:
    stage.choose("poster", OURS)
    stage.publish()
    stage.write("poster.jpg", MINE)
    for choice in (OURS, OTHER):
        stage.choose("poster", choice)
        summary = stage.publish()
        assert summary.changed_by_others == ["poster.jpg"]
        assert not summary.changed
    assert stage.files()["poster.jpg"] == MINE
    assert stage.rows()["poster.jpg"].changed_by_others_at is not None
    (stage.directory / "poster.jpg").unlink()
    stage.publish()
    assert stage.files()["poster.jpg"] == OTHER
    assert stage.rows()["poster.jpg"].changed_by_others_at is None


def test_a_changed_file_that_is_no_longer_chosen_stays(stage: Stage) -> None:
    stage.choose("poster", OURS)
    stage.publish()
    stage.write("poster.jpg", MINE)
    stage.choose("poster")
    summary = stage.publish()
    assert (summary.removed, summary.changed_by_others) == ([], ["poster.jpg"])
    assert stage.files()["poster.jpg"] == MINE
    assert "poster.jpg" not in stage.rows()


def test_a_file_of_the_user_s_that_is_what_was_chosen_stays_the_user_s(stage: Stage) -> None:
    (stage.directory / "poster.jpg").write_bytes(OURS)
    stage.choose("poster", OURS)
    summary = stage.publish()
    assert summary.unchanged == ["poster.jpg"]
    assert stage.rows()["poster.jpg"].is_adopted
    stage.choose("poster", OTHER)
    stage.publish()
    assert stage.files()["poster.jpg"] == OURS
    stage.choose("poster")
    stage.publish()
    assert stage.files()["poster.jpg"] == OURS


def test_a_file_beside_ours_does_not_stop_us(stage: Stage) -> None:
    stage.choose("poster", OURS)
    stage.publish()
    (stage.directory / "folder.jpg").write_bytes(MINE)
    stage.choose("poster", OTHER)
    stage.publish()
    assert stage.files()["poster.jpg"] == OTHER
    assert stage.files()["folder.jpg"] == MINE


def test_the_user_s_numbered_fanart_does_not_stand_for_the_best(stage: Stage) -> None:
    (stage.directory / "fanart1.jpg").write_bytes(MINE)
    stage.choose("fanart", OURS, OTHER)
    summary = stage.publish()
    assert summary.kept == ["fanart1.jpg"]
    assert stage.files().keys() == {"fanart.jpg", "fanart1.jpg", "backdrop1.jpg", NFO}


def test_the_user_s_trailer_and_actors_stay(stage: Stage) -> None:
    (stage.directory / ".actors").mkdir()
    (stage.directory / ".actors" / "Halina_Reijn.png").write_bytes(PNG)
    (stage.directory / "movie-trailer.mkv").write_bytes(MINE)
    stage.cast("Halina Reijn")
    stage.choose("trailer", OURS)
    summary = stage.publish(trailers=True)
    assert set(summary.kept) == {".actors/Halina_Reijn.png", "movie-trailer.mkv"}
    assert stage.files().keys() == {".actors/Halina_Reijn.png", "movie-trailer.mkv", NFO}


def test_a_trailer_of_the_user_s_own_name_is_not_read_through(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []

    def _noted(path: Path) -> str:
        read.append(path.name)
        return whole_hash(path)

    monkeypatch.setattr(directory, "whole_hash", _noted)
    (stage.directory / "movie-trailer.mkv").write_bytes(MINE)
    stage.choose("trailer", OURS)
    for _run in range(2):
        assert stage.publish(trailers=True).kept == ["movie-trailer.mkv"]
    assert read == []


def test_links_are_not_followed(stage: Stage) -> None:
    outside = stage.directory.parents[1] / "outside"
    outside.mkdir()
    (outside / "theirs.jpg").write_bytes(MINE)
    (stage.directory / "poster.jpg").symlink_to(outside / "theirs.jpg")
    (stage.directory / ".actors").symlink_to(outside)
    (stage.directory / NFO).symlink_to(outside / "theirs.nfo")
    stage.choose("poster", OURS)
    stage.cast("Halina Reijn")
    summary = stage.publish()
    assert set(summary.kept) == {"poster.jpg", NFO}
    assert len(summary.warnings) == 2
    stage.publish(replace_user_artwork=True)
    assert {path.name: path.read_bytes() for path in outside.iterdir()} == {"theirs.jpg": MINE}
    assert (stage.directory / "poster.jpg.orig").is_symlink()
    assert (stage.directory / "poster.jpg").read_bytes() == OURS


def test_an_nfo_of_ours_that_became_a_link_is_left_alone(stage: Stage) -> None:
    stage.publish()
    (stage.directory / NFO).rename(stage.directory / "elsewhere")
    (stage.directory / NFO).symlink_to("elsewhere")
    assert stage.publish().kept == [NFO]
    assert stage.rows()[NFO].changed_by_others_at is not None
    stage.rename_video("Sintel.mkv")
    summary = stage.publish()
    assert (summary.removed, summary.changed_by_others) == ([], [NFO])
    assert (stage.directory / NFO).is_symlink()


def test_another_spelling_of_a_wanted_file_is_not_taken_away(stage: Stage) -> None:
    """Where case does not count the two are one file."""
    stage.choose("poster", OURS)
    stage.publish()
    with stage.library.writing() as session:
        session.execute(
            update(PublishedFile)
            .where(PublishedFile.kind == "poster")
            .values(relative_path="Poster.jpg")
        )
    (stage.directory / "Poster.jpg").hardlink_to(stage.directory / "poster.jpg")
    stage.publish()
    assert (stage.directory / "Poster.jpg").exists()
    assert stage.rows().keys() == {NFO, "poster.jpg"}


def test_what_may_not_be_read_is_the_user_s(stage: Stage, bound_by_permissions: None) -> None:
    (stage.directory / "folder.jpg").write_bytes(MINE)
    (stage.directory / "folder.jpg").chmod(0)
    stage.choose("poster", OURS)
    assert stage.publish().kept == ["folder.jpg"]
    (stage.directory / "folder.jpg").chmod(0o600)
