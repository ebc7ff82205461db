"""A library of real movies: walked, scanned, published, and looked after."""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from fixture_library import BAD, NESTED, make_library
from lxml import etree
from sqlalchemy import select

from media.library.models import Movie
from media.library_scan import batch_progress
from media.settings import Settings
from sqlite_transport.jobs.job import Job

from ..local.nursery import Nursery
from ..local.waiting import eventually
from .installation import PATIENCE, Installation

# What the walk takes for no movie's directory: there is no whole video in it.
NO_MOVIE = {key for key, error in BAD.items() if error == "NoVideoError"} | {"unfinished"}
# Permissions do not bind root.
READABLE = {"unreadable"} if os.geteuid() == 0 else set()
WAITING = {"half_copied"}
FAILED = set(BAD) - NO_MOVIE - READABLE - WAITING


@pytest.fixture
def offline(tmp_path: Path, nursery: Nursery) -> Iterator[Installation]:
    """An installation without providers and players."""
    installation = Installation(tmp_path, nursery, {})
    installation.movies.rmdir()
    installation.configure("", libraries=f'kids = "movies/{NESTED}"')
    yield installation
    installation.close()


def settled(installation: Installation, copied: Iterable[Path]) -> list[Job]:
    """Wait until nothing is left to do but what waits for its next attempt.

    That are the movies which are being `copied`: their next attempt is put off.
    """
    directories = set(map(str, copied))

    def _is_over() -> bool:
        stats = installation.jobs.stats()
        if stats.scheduled:
            waits = [job for job in installation.waiting() if job.type == "scan-movie"]
            installation.put_off(job for job in waits if _directory_of(job) in directories)
        return stats.total_active == stats.scheduled

    eventually(_is_over, 4 * PATIENCE, interval=0.5, explain=lambda: str(installation.waiting()))
    return installation.history()


def _directory_of(job: Job) -> str | None:
    return (job.kwargs or {}).get("directory")


def directories_of(jobs: Iterable[Job]) -> dict[str, str]:
    """Return the error of each scan by its directory."""
    return {job.kwargs["directory"]: str(job.error) for job in jobs if job.kwargs}


@pytest.mark.timeout(2700)
def test_libraries_are_scanned_published_and_found_unchanged(offline: Installation) -> None:
    directories = make_library(offline.movies)
    good = {key: path for key, path in directories.items() if key not in {*BAD} - READABLE}
    assert len(good) >= 30
    # What is being copied is looked at again in five minutes, and put off before.
    offline.set(scan__quietSeconds=300, playerSync__notify=False)
    offline.start_worker("-c", "3")
    first = offline.send("scheduled-file-scan", {})
    copied = [directories[key] for key in WAITING]
    jobs = settled(offline, copied)

    with offline.library.reading() as session:
        known = {Path(movie.directory) for movie in session.scalars(select(Movie))}
    assert known == set(good.values())
    for path in good.values():
        assert any(is_movie_nfo(nfo) for nfo in path.rglob("*.nfo")), path

    failed = directories_of(job for job in jobs if job.status == "failed")
    assert set(failed) == {str(directories[key]) for key in FAILED}
    for key in FAILED:
        assert BAD[key] in failed[str(directories[key])]
    waiting = directories_of(offline.waiting())
    assert set(waiting) == {str(directories[key]) for key in WAITING}
    walks = [job for job in jobs if job.type == "library-scan"]
    assert {job.root_id for job in walks} == {first}
    progress = [batch_progress(str(job.task_id), settings_of(offline)) for job in walks]
    assert sum(one.total for one in progress) == len(good) + len(FAILED) + len(WAITING)
    assert sum(one.done for one in progress) == len(good) + len(FAILED)
    assert sum(one.failed for one in progress) == len(FAILED)

    before = offline.tree()
    second = offline.send("library-scan", {"library": "movies"})
    scanned = [job for job in settled(offline, copied) if job.root_id == second]
    # Those that were never scanned; what was published is no change.
    assert set(directories_of(job for job in scanned if job.type == "scan-movie")) == {
        str(directories[key]) for key in FAILED
    }
    assert offline.tree() == before


def is_movie_nfo(path: Path) -> bool:
    return etree.parse(path).getroot().tag == "movie"


def settings_of(installation: Installation) -> Settings:
    return Settings.model_validate(
        {
            "libraries": {"movies": installation.movies},
            "library_database": installation.library.database,
        }
    )
