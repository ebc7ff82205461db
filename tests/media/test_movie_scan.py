import os
import shutil
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select

from media.errors import (
    BrokenVideoError,
    LibraryUnavailableError,
    MovieDirectoryMissingError,
    NoVideoError,
    OutsideLibraryError,
    ProbeTimedOutError,
    StillCopyingError,
    UnreadableFileError,
)
from media.library.database import Library
from media.library.models import LibraryRoot, Movie
from media.movie import KnownMovie, Probe
from media.movie_scan import MovieScan, ScanSummary
from media.phases import ScanPhase
from media.probe.video import probe_video
from media.sample.movie_directory import VIDEO_NAME, VIDEO_STEM, make_movie_directory
from media.settings import LibrarySettings, Settings

Scan = Callable[..., ScanSummary]
State = dict[str, object]


def state_of(library: Library) -> list[State]:
    """Return all that the library holds, but for the times of scans."""
    with library.reading() as session:
        return [
            {
                column.name: getattr(row, column.key)
                for column in row.__table__.columns
                if column.name not in ("scanned_at", "verified_at")
            }
            for movie in session.scalars(select(Movie))
            for row in (
                movie,
                *movie.files,
                *(stream for file in movie.files for stream in file.streams),
                *movie.artworks,
            )
        ]


def age(path: Path, seconds: float = 3600) -> None:
    then = time.time() - seconds
    os.utime(path, (then, then))


def test_a_scan_fills_the_library(scan: Scan, library: Library, movie_directory: Path) -> None:
    summary = scan()
    assert summary.as_json() == {
        "movie_id": 1,
        "directory": str(movie_directory),
        "title": "Sintel",
        "year": 2010,
        "nfo": "read",
        "files": 5,
        "streams": 7,
        "artworks": 2,
        "missing": 0,
        "editions": [],
        "changed_by_others": [],
        "lost": [],
        "revived": False,
        "is_another": False,
        "moved_from": None,
        "warnings": [],
    }
    with library.reading() as session:
        movie = session.scalars(select(Movie)).one()
        assert (movie.tmdb_id, movie.imdb_id, movie.genres) == (
            45745,
            "tt1727587",
            ["Animation", "Fantasy"],
        )
        assert {file.relative_path.removeprefix(VIDEO_STEM): file.role for file in movie.files} == {
            ".mkv": "main",
            "-trailer.mkv": "trailer",
            ".de.forced.srt": "subtitle",
            ".en.sdh.srt": "subtitle",
            ".nfo": "nfo",
        }
        streams = {
            (stream.kind, stream.language, stream.is_forced, stream.is_hearing_impaired)
            for file in movie.files
            for stream in file.streams
        }
        assert streams == {
            ("video", None, False, False),
            ("audio", "en", False, False),
            ("subtitle", "de", False, False),
            ("subtitle", "de", True, False),
            ("subtitle", "en", False, True),
        }
        assert {(art.kind, art.width, art.height) for art in movie.artworks} == {
            ("poster", 200, 300),
            ("fanart", 320, 180),
        }
        assert session.scalars(select(LibraryRoot.path)).all() == [str(movie_directory.parent)]


def test_scanning_again_changes_nothing(scan: Scan, library: Library) -> None:
    first = scan()
    before = state_of(library)
    assert scan() == first
    assert state_of(library) == before


def test_scans_at_once_leave_one_movie(scan: Scan, library: Library) -> None:
    threads = [threading.Thread(target=scan) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    before = state_of(library)
    assert len([row for row in before if "directory" in row]) == 1
    scan()
    assert state_of(library) == before


def test_the_manager_is_right_about_ids_and_the_nfo_about_the_rest(
    movie_directory: Path, settings: Settings, library: Library
) -> None:
    MovieScan(movie_directory, settings).run(KnownMovie(title="Manager's", tmdb_id=1))
    with library.reading() as session:
        movie = session.scalars(select(Movie)).one()
        assert (movie.title, movie.tmdb_id, movie.imdb_id) == ("Sintel", 1, "tt1727587")


def test_movie_nfo_is_preferred(scan: Scan, movie_directory: Path) -> None:
    nfo = movie_directory / "movie.nfo"
    nfo.write_text("<movie><title>Preferred</title></movie>")
    assert scan().title == "Preferred"
    nfo.write_text("nonsense")
    broken = scan()
    assert (broken.title, broken.nfo) == ("Sintel", "read")
    assert len(broken.warnings) == 1


def test_a_broken_nfo_costs_nothing(scan: Scan, library: Library, movie_directory: Path) -> None:
    scan()
    (movie_directory / f"{VIDEO_STEM}.nfo").write_text("nonsense")
    summary = scan()
    assert (summary.title, summary.nfo, len(summary.warnings)) == ("Sintel", "broken", 1)
    with library.reading() as session:
        assert session.scalars(select(Movie.plot)).one() == "A girl looks for her dragon."


def test_without_nfo_or_manager_the_directory_names_the_movie(
    scan: Scan, library: Library, movie_directory: Path
) -> None:
    (movie_directory / f"{VIDEO_STEM}.nfo").unlink()
    summary = scan()
    assert (summary.title, summary.year, summary.nfo) == ("Sintel", 2010, "absent")


def test_files_that_vanish_are_marked_and_kept(scan: Scan, movie_directory: Path) -> None:
    assert scan().missing == 0
    (movie_directory / "poster.png").unlink()
    (movie_directory / f"{VIDEO_STEM}.en.sdh.srt").unlink()
    after = scan()
    assert (after.files, after.artworks, after.missing) == (4, 1, 2)
    make_movie_directory(movie_directory.parent)
    assert scan().missing == 0


def test_trouble_beside_the_movie_is_a_warning(scan: Scan, movie_directory: Path) -> None:
    for name in (f"{VIDEO_STEM}-trailer.mkv", "poster.png"):
        (movie_directory / name).write_bytes(b"garbage")
    age(movie_directory / f"{VIDEO_STEM}-trailer.mkv")
    assert len(scan().warnings) == 2


def test_a_sample_is_not_probed_and_a_vobsub_pair_is_one(scan: Scan, movie_directory: Path) -> None:
    for name in ("sample.mkv", f"{VIDEO_STEM}.fr.idx", f"{VIDEO_STEM}.fr.sub"):
        (movie_directory / name).write_bytes(b"x")
        age(movie_directory / name)
    summary = scan()
    assert (summary.files, summary.streams, summary.warnings) == (7, 8, [])


# What can go wrong: each has its name, and the library stays as it was.


@pytest.fixture
def refuses(
    scan: Scan, library: Library, settings: Settings, movie_directory: Path
) -> Callable[..., Exception]:
    """Scan once, spoil something, and expect the named error and an untouched library."""

    def _refuses(
        error: type[Exception], spoil: Callable[[], object], scan_after: Scan = scan
    ) -> Exception:
        scan()
        before = state_of(library)
        spoil()
        with pytest.raises(error) as raised:
            scan_after()
        assert state_of(library) == before
        return raised.value

    return _refuses


Refuses = Callable[..., Exception]


def test_a_missing_directory(refuses: Refuses, movie_directory: Path) -> None:
    make_movie_directory(movie_directory.parent / "another")
    error = refuses(MovieDirectoryMissingError, lambda: shutil.rmtree(movie_directory))
    assert str(error) == f"the movie's directory {movie_directory} is not there"


def test_a_library_root_that_is_empty(refuses: Refuses, movie_directory: Path) -> None:
    refuses(LibraryUnavailableError, lambda: shutil.rmtree(movie_directory))


def test_a_library_root_that_is_gone(refuses: Refuses, movie_directory: Path) -> None:
    refuses(LibraryUnavailableError, lambda: shutil.rmtree(movie_directory.parent))


def test_an_anchor_that_is_missing(
    refuses: Refuses, movie_directory: Path, settings: Settings
) -> None:
    anchored = settings.model_copy(
        update={
            "libraries": {"movies": LibrarySettings(path=movie_directory.parent, anchor=".mounted")}
        }
    )
    refuses(LibraryUnavailableError, lambda: None, MovieScan(movie_directory, anchored).run)
    (movie_directory.parent / ".mounted").touch()
    MovieScan(movie_directory, anchored).run()


def test_a_root_that_was_a_mount_point(
    refuses: Refuses, movie_directory: Path, library: Library
) -> None:
    def _was_mounted() -> None:
        with library.writing() as session:
            session.scalars(select(LibraryRoot)).one().is_mount_point = True

    error = refuses(LibraryUnavailableError, _was_mounted)
    assert "was a mount point and is none now" in str(error)


def test_a_file_that_may_not_be_read(
    refuses: Refuses, movie_directory: Path, bound_by_permissions: None
) -> None:
    video = movie_directory / VIDEO_NAME
    error = refuses(UnreadableFileError, lambda: video.chmod(0))
    assert str(error) == f"cannot read {video}: permission denied"


@pytest.mark.parametrize("spoiled", ["garbage", "cut short", "empty"])
def test_a_broken_video(refuses: Refuses, movie_directory: Path, spoiled: str) -> None:
    video = movie_directory / VIDEO_NAME
    whole = video.read_bytes()
    content = {"garbage": b"x" * 9000, "cut short": whole[: len(whole) // 2], "empty": b""}

    def _spoil() -> None:
        video.write_bytes(content[spoiled])
        age(video)

    assert str(video) in str(refuses(BrokenVideoError, _spoil))


def test_a_directory_without_the_movie(refuses: Refuses, movie_directory: Path) -> None:
    refuses(NoVideoError, (movie_directory / VIDEO_NAME).unlink)


def test_a_video_that_is_a_directory_is_no_video(refuses: Refuses, movie_directory: Path) -> None:
    def _replace() -> None:
        (movie_directory / VIDEO_NAME).unlink()
        (movie_directory / VIDEO_NAME).mkdir()

    refuses(NoVideoError, _replace)


def test_a_file_that_was_just_written(refuses: Refuses, movie_directory: Path, scan: Scan) -> None:
    # An hour ahead, so that however slow the test is, it is not long ago.
    error = refuses(StillCopyingError, lambda: age(movie_directory / VIDEO_NAME, -3600))
    assert isinstance(error, StillCopyingError)
    assert scan(seen=error.observed).missing == 0


def test_an_unfinished_download(refuses: Refuses, movie_directory: Path) -> None:
    video = movie_directory / VIDEO_NAME
    refuses(StillCopyingError, lambda: video.rename(f"{video}.part"))


def test_a_file_that_grows_during_the_scan(
    refuses: Refuses, movie_directory: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def _probe_while_it_grows(path: Path, timeout_seconds: float) -> Probe:
        probe = probe_video(path, timeout_seconds)
        with path.open("ab") as file:
            file.write(b"more")
        return probe

    def _copy_on() -> None:
        (movie_directory / VIDEO_NAME).touch()  # so that it is probed again
        monkeypatch.setattr("media.scan.movie_directory.probe_video", _probe_while_it_grows)

    eager = MovieScan(movie_directory, settings, ScanPhase(quiet_seconds=0))
    error = refuses(StillCopyingError, _copy_on, eager.run)
    assert "changed during the scan" in str(error)


def test_a_path_that_no_mapping_covers(refuses: Refuses, root: Path, settings: Settings) -> None:
    outside = make_movie_directory(root / "elsewhere")
    error = refuses(OutsideLibraryError, lambda: None, MovieScan(outside, settings).run)
    assert str(error).startswith("no mapping for path")


def test_a_disk_too_slow_to_read(
    refuses: Refuses,
    movie_directory: Path,
    settings: Settings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for_ever = tmp_path / "for_ever.py"
    for_ever.write_text("import time\ntime.sleep(600)\n")

    def _slow_down() -> None:
        age(movie_directory / VIDEO_NAME)  # so that it is probed again
        monkeypatch.setattr("media.probe.mediainfo._CHILD", for_ever)

    hasty = MovieScan(movie_directory, settings, ScanPhase(ffprobe_timeout_seconds=0.1))
    refuses(ProbeTimedOutError, _slow_down, hasty.run)
