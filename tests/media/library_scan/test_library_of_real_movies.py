"""The fixture library, walked and scanned for real."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from fixture_library import BAD, NESTED, make_library
from sqlalchemy import update

from media.errors import MediaError
from media.library.database import Library
from media.library.models import Movie
from media.library_scan import batch_progress, walk_library
from media.movie_scan import MovieScan, record_failure
from media.phases import ScanPhase
from media.settings import Settings

# What holds no whole video at all is found by nobody; the rest is found and fails.
NOT_FOUND = {"nested", "link_outside", "unfinished", "no_video"}


@pytest.fixture
def directories(tmp_path: Path) -> dict[str, Path]:
    return make_library(tmp_path / "movies")


def test_a_walk_finds_what_a_scan_can_read_and_after_the_scans_nothing(
    directories: dict[str, Path], tmp_path: Path
) -> None:
    movies = tmp_path / "movies"
    settings = Settings(
        libraries={"movies": movies, "kids": movies / NESTED},
        library_database=tmp_path / "library.db",
    )
    phase = ScanPhase()

    def _walk(batch: str) -> set[str]:
        walk = walk_library("movies", batch, settings, phase)
        found = {path for paths in walk for path in paths}
        assert walk.finish().deleted == 0
        return found

    found = _walk("first")
    assert found == {str(path) for key, path in directories.items() if key not in NOT_FOUND}
    for path in found:
        try:
            MovieScan(Path(path), settings, phase).run()
        except MediaError as error:
            record_failure(Path(path), error, settings)
    with Library(settings.library_database).writing() as session:
        session.execute(update(Movie).values(published_at=datetime.now(UTC)))
    failed = {str(directories[key]) for key in BAD if key not in NOT_FOUND}
    again = _walk("second")
    # Root reads what is closed to others.
    assert failed - {str(directories["unreadable"])} <= again <= failed
    progress = batch_progress("second", settings)
    assert (progress.done, progress.failed, progress.total) == (0, 0, len(again))
