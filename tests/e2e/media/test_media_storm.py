"""Workers and their processes die again and again under ten movies: the end is the same."""

import os
import random
import signal
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path

import pytest
from sqlalchemy import func, select

from media.library.models import LibraryChange, Movie, PlayerNotice, PublishedFile
from media.sample.movies import SampleMovie
from sqlite_transport.options import Options

from ..local.nursery import Nursery
from ..local.process import LocalProcess
from ..local.waiting import eventually
from .bodies import download, make_video
from .household import household
from .installation import PATIENCE, Installation
from .test_media_killed import comparable, half_written, without_temporaries

MOVIES = [
    SampleMovie(f"Storm {letter}", 1990 + number, 603, "tt0133093", "A hacker learns the truth.")
    for number, letter in enumerate("ABCDEFGHIJ")
]
PROCESSES = ("-c", "3")
# So many movies come only while it storms: before it is over there are as many deaths.
LATE = 3
LAST_DELIVERY = Options().max_deliveries


def run(
    root: Path, nursery: Nursery, dice: random.Random | None
) -> tuple[dict[str, bytes], list[str]]:
    """Take the movies through the chain; with `dice`, kill what they say until all is done.

    Returns the library's files and what Kodi shows.
    """
    with household(root) as house:
        installation = Installation(root, nursery, house.environment)
        installation.configure(house.toml)
        installation.set(scan__quietSeconds=0)
        for movie in MOVIES:
            name = f"{movie.title} ({movie.year})"
            make_video(installation.movies / name, f"{name}.mkv")
        began = time.monotonic()
        workers = [installation.start_worker(*PROCESSES, "-n", f"{name}@%h") for name in "ab"]
        start = (time.monotonic() - began) / len(workers)
        late = MOVIES[-LATE:] if dice else []
        for movie in MOVIES[: len(MOVIES) - len(late)]:
            send(installation, movie)
        if dice:
            storm(installation, workers, dice, start, late)
        jobs = installation.settle()
        assert {job.status for job in jobs} == {"completed"}, [
            (job.type, job.error) for job in jobs if job.status != "completed"
        ]
        assert half_written(installation) == []
        with installation.library.reading() as session:
            for table in (LibraryChange, PlayerNotice):
                assert session.scalar(select(func.count()).select_from(table)) == 0
            assert session.scalar(select(func.count()).select_from(Movie)) == len(MOVIES)
            rows = session.execute(select(PublishedFile.movie_id, PublishedFile.relative_path))
            assert max(Counter(rows.all()).values()) == 1
        tree = comparable(installation, house)
        titles = house.kodi.titles()
        installation.close()
    return tree, titles


def send(installation: Installation, movie: SampleMovie) -> None:
    installation.send("webhook", download(f"/movies/{movie.title} ({movie.year})", movie))


def storm(
    installation: Installation,
    workers: list[LocalProcess],
    dice: random.Random,
    start: float,
    late: list[SampleMovie],
) -> None:
    """Kill a process of a worker, or a whole worker, at random moments, until all is done.

    start: how long a worker takes to start, in seconds. If they were killed much faster than
    they start, nothing would ever be done; so the storm also calms down, slowly. And some jobs
    end between two deaths, or one of them would be killed so often that it is given up.
    late: with each death comes one more of these.
    """
    told: list[str] = []

    def goes_on(before: int) -> bool:
        return not installation.jobs.stats().total_active or len(installation.history()) > before

    def are_all_to_live() -> bool:
        # One more delivery may come before the next death, and that must not be the last one.
        return all(job.deliveries < LAST_DELIVERY - 1 for job in installation.waiting())

    coming = list(late)
    while coming or installation.jobs.stats().total_active:
        if coming:
            send(installation, coming.pop())
        ended = len(installation.history())
        if told:
            eventually(lambda: goes_on(ended), PATIENCE)  # noqa: B023
        time.sleep(dice.uniform(0.02, 0.4) * start * 1.02 ** len(told))
        eventually(are_all_to_live, PATIENCE)
        worker = dice.choice(workers)
        victim = dice.choice(["process", "process", "worker", "main process"])
        if victim == "process":
            with suppress(ProcessLookupError, IndexError):
                os.kill(dice.choice(worker.children()).pid, signal.SIGKILL)
        elif victim == "worker":
            worker.kill()
            worker.start()
        else:
            # Its children end by themselves, the job that they have at hand first.
            with suppress(ProcessLookupError):
                os.kill(worker.pid, signal.SIGKILL)
            worker.wait()
            worker.start()
        told.append(victim)
        assert half_written(installation) == []
    # Else it was no storm.
    assert len(told) >= LATE


@pytest.mark.timeout(3600)
def test_a_storm_over_ten_movies(
    tmp_path: Path, nursery: Nursery, request: pytest.FixtureRequest
) -> None:
    (tmp_path / "calm").mkdir()
    calm, titles = run(tmp_path / "calm", nursery, None)
    assert len(titles) == len(MOVIES)
    for seed in range(5 if request.config.getoption("--long") else 1):
        root = tmp_path / f"storm{seed}"
        root.mkdir()
        tree, shown = run(root, nursery, random.Random(seed))
        assert sorted(without_temporaries(tree)) == sorted(calm), seed
        assert without_temporaries(tree) == calm, seed
        assert sorted(shown) == sorted(titles), seed
