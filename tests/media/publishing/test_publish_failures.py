"""What can be in the way, by name; and nothing is half-written then."""

import resource
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest
from publishing_stage import JPEG, NFO, Stage
from sqlalchemy import select

from media.errors import (
    DiskFullError,
    LibraryUnavailableError,
    MovieDirectoryMissingError,
    MovieUnknownError,
    NoVideoError,
    OutsideLibraryError,
    UnwritableDirectoryError,
)
from media.library.models import LibraryChange, MediaFile
from media.phases import PublishPhase
from media.publishing import publish
from media.settings import Settings


def test_no_such_movie(stage: Stage) -> None:
    with pytest.raises(MovieUnknownError):
        publish(77, stage.settings, PublishPhase(), None)


def test_a_deleted_movie(stage: Stage) -> None:
    stage.change(deleted_at=datetime.now(UTC))
    with pytest.raises(MovieUnknownError):
        stage.publish()
    assert stage.files() == {}


def test_a_movie_without_a_video(stage: Stage) -> None:
    with stage.library.writing() as session:
        for file in session.query(MediaFile):
            file.missing_since = datetime.now(UTC)
    with pytest.raises(NoVideoError):
        stage.publish()


def test_the_directory_is_gone(stage: Stage) -> None:
    (stage.directory.parent / "another").mkdir()
    shutil.rmtree(stage.directory)
    with pytest.raises(MovieDirectoryMissingError):
        stage.publish()
    assert not stage.directory.exists()


def test_the_library_is_not_mounted(stage: Stage) -> None:
    shutil.rmtree(stage.directory)
    with pytest.raises(LibraryUnavailableError):
        stage.publish()
    assert list(stage.directory.parent.iterdir()) == []


def test_the_anchor_is_not_there(stage: Stage) -> None:
    movies = {"path": stage.directory.parent, "anchor": ".anchor"}
    stage.settings = Settings.model_validate(
        {**stage.settings.model_dump(), "libraries": {"movies": movies}}
    )
    with pytest.raises(LibraryUnavailableError):
        stage.publish()
    assert stage.files() == {}


def test_a_directory_that_links_out_of_the_library(stage: Stage) -> None:
    outside = stage.directory.parents[1] / "outside"
    stage.directory.rename(outside)
    stage.directory.symlink_to(outside)
    with pytest.raises(OutsideLibraryError, match="links to"):
        stage.publish()
    assert not (outside / NFO).exists()


def test_a_read_only_directory(stage: Stage, bound_by_permissions: None) -> None:
    stage.directory.chmod(0o500)
    try:
        with pytest.raises(UnwritableDirectoryError):
            stage.publish()
    finally:
        stage.directory.chmod(0o700)
    assert stage.rows() == {}
    assert stage.changes() == []


@contextmanager
def no_file_over_a_megabyte() -> Iterator[None]:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_full_disk(stage: Stage) -> None:
    stage.choose("poster", JPEG + b"small")
    stage.choose("fanart", JPEG + bytes(2_000_000))
    stage.publish()
    before = stage.files()
    stage.choose("fanart", JPEG + b"x" * 2_000_000)
    with no_file_over_a_megabyte(), pytest.raises(DiskFullError, match=r"fanart\.jpg"):
        stage.publish()
    assert stage.files() == before


def test_after_a_full_disk_the_rest_is_written_and_told(stage: Stage) -> None:
    stage.choose("fanart", JPEG + bytes(2_000_000))
    stage.cast("Halina Reijn")
    stage.choose("banner", JPEG + b"small")
    with no_file_over_a_megabyte(), pytest.raises(DiskFullError):
        stage.publish()
    assert stage.files().keys() == {"banner.jpg"}
    assert set(stage.publish().written) == stage.files().keys()
    assert stage.changes() == [sorted(stage.files())]


def test_the_change_belongs_to_the_job_that_began_it(stage: Stage) -> None:
    stage.publish()
    with stage.library.reading() as session:
        change = session.scalars(select(LibraryChange)).one()
    assert (change.directory, change.change) == (str(stage.directory), "updated")
    assert (change.movie_id, change.root_id) == (stage.movie_id, "root-job")
