"""What the scan configuration changes in a scan, and what a scan leaves behind."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select

from media.errors import BrokenVideoError, NoVideoError, OutsideLibraryError
from media.library.database import Library
from media.library.models import Directory
from media.movie_scan import MovieScan, ScanSummary, record_failure
from media.phases import ScanPhase
from media.sample.movie_directory import VIDEO_NAME, make_movie_directory
from media.settings import Settings

ScanAs = Callable[..., ScanSummary]


@pytest.fixture
def scan_as(movie_directory: Path, settings: Settings) -> ScanAs:
    def _scan_as(**phase: object) -> ScanSummary:
        return MovieScan(movie_directory, settings, ScanPhase.model_validate(phase)).run()

    return _scan_as


def directory_row(library: Library) -> Directory:
    with library.reading() as session:
        row = session.scalars(select(Directory)).one()
        session.expunge(row)
        return row


def test_ignored_files_are_none_of_the_movies(scan_as: ScanAs) -> None:
    assert scan_as(ignorePatterns=["*-trailer.*", "*/*.srt"]).files == 2
    assert scan_as().files == 5


def test_only_videos_of_the_configured_endings_count(
    scan_as: ScanAs, movie_directory: Path
) -> None:
    with pytest.raises(NoVideoError):
        scan_as(videoExtensions=["mp4"])
    (movie_directory / VIDEO_NAME).rename(movie_directory / "Sintel (2010).movie")
    assert scan_as(videoExtensions=["movie"]).files == 4
    assert scan_as(videoExtensions=["movie"], imageExtensions=["jpg"]).artworks == 0


def test_a_video_over_the_limit_is_left_out_and_told(
    scan_as: ScanAs, movie_directory: Path
) -> None:
    size = (movie_directory / VIDEO_NAME).stat().st_size
    shutil.copyfile(movie_directory / VIDEO_NAME, movie_directory / "Sintel (2010) Extended.mkv")
    with (movie_directory / "Sintel (2010) Extended.mkv").open("ab") as video:
        video.write(bytes(64))
    os.utime(movie_directory / "Sintel (2010) Extended.mkv", (1, 1))
    summary = scan_as(maxFileSizeGB=(size + 1) / 1e9)
    assert summary.editions == []
    assert "Sintel (2010) Extended.mkv: larger than" in summary.warnings[0]
    with pytest.raises(NoVideoError, match="larger than"):
        scan_as(maxFileSizeGB=1e-9)


def test_a_directory_that_links_out_of_the_library_is_refused(
    root: Path, settings: Settings, movie_directory: Path
) -> None:
    make_movie_directory(root / "elsewhere")
    (root / "movies" / "Link (2010)").symlink_to(root / "elsewhere" / "Sintel (2010)")
    with pytest.raises(OutsideLibraryError, match="links out of the library"):
        MovieScan(root / "movies" / "Link (2010)", settings).run()


def test_a_scan_writes_down_its_directory(
    scan_as: ScanAs, library: Library, movie_directory: Path
) -> None:
    scan_as()
    first = directory_row(library)
    assert (first.path, first.library) == (str(movie_directory), "movies")
    assert first.signature
    assert first.scanned_at is not None
    (movie_directory / "note.txt").write_text("new")
    scan_as()
    assert directory_row(library).signature != first.signature


def test_a_failure_is_written_down_until_a_scan_succeeds(
    scan_as: ScanAs, library: Library, movie_directory: Path, settings: Settings
) -> None:
    record_failure(movie_directory, BrokenVideoError("it is broken"), settings)
    row = directory_row(library)
    assert (row.error, row.signature) == ("BrokenVideoError: it is broken", None)
    assert row.failed_at is not None
    scan_as()
    row = directory_row(library)
    assert (row.error, row.failed_at) == (None, None)


def test_a_failure_outside_of_every_library_is_written_nowhere(
    settings: Settings, library: Library, root: Path
) -> None:
    record_failure(root / "elsewhere" / "X", OutsideLibraryError("no"), settings)
    with library.reading() as session:
        assert session.scalars(select(Directory)).all() == []
