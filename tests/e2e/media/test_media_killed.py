"""A worker that is killed anywhere in a movie's chain: the end is the same."""

import shutil
from pathlib import Path

import pytest
from sqlalchemy import func, select

from media.library.models import LibraryChange, PlayerNotice

from ..local.nursery import Nursery
from ..local.waiting import eventually
from .bodies import download, make_video
from .household import Household, household
from .installation import PATIENCE, Installation

NAME = "The Matrix (1999)"
KILLER = ("-P", "solo", "--include", "e2e.media.killing")
SHORT = 6


def run(root: Path, nursery: Nursery, kill_at: int) -> tuple[dict[str, bytes], int, list[str]]:
    """Take a movie through its chain; the first worker is killed before step `kill_at`.

    Returns the library's files, the steps that worker came to, and what Kodi shows.
    """
    count = root / "steps"
    with household(root) as house:
        installation = Installation(root, nursery, house.environment)
        installation.configure(house.toml)
        installation.set(scan__quietSeconds=0)
        make_video(installation.movies / NAME, f"{NAME}.mkv")
        installation.send("webhook", download(f"/movies/{NAME}"))
        victim = installation.start(
            "worker", "--loglevel", "INFO", *KILLER, KILL_AT=str(kill_at), KILL_COUNT=str(count)
        )
        installation.workers.append(victim)
        if kill_at:
            # A step more or less is taken when a player has to be looked at once more.
            eventually(
                lambda: victim.status == "exited" or not installation.jobs.stats().total_active,
                PATIENCE,
                explain=victim.logs_since_start,
            )
            victim.kill()
            assert half_written(installation) == []
            seen = set(house.kodi.titles())
            assert seen <= {"The Matrix"}
            installation.start_worker("-P", "solo")
        jobs = installation.settle()
        assert {job.status for job in jobs} == {"completed"}, [(j.type, j.error) for j in jobs]
        with installation.library.reading() as session:
            for table in (LibraryChange, PlayerNotice):
                assert session.scalar(select(func.count()).select_from(table)) == 0
        tree = comparable(installation, house)
        titles = house.kodi.titles()
        installation.close()
    return tree, len(count.read_text().splitlines()), titles


def comparable(installation: Installation, house: Household) -> dict[str, bytes]:
    """Return the library's files without where the providers are: another port each time."""
    address = house.providers.images.url.encode()
    return {
        name: content.replace(address, b"http://images")
        for name, content in installation.tree().items()
    }


def half_written(installation: Installation) -> list[str]:
    """Return the files that have their final names and not their whole content."""
    tree = installation.tree()
    return [
        name
        for name, content in tree.items()
        if not Path(name).name.startswith(".")
        and (
            (name.endswith(".nfo") and not content.rstrip().endswith(b"</movie>"))
            or (name.endswith(".jpg") and not content.endswith(b"\xff\xd9"))
        )
    ]


def without_temporaries(tree: dict[str, bytes]) -> dict[str, bytes]:
    # What a killed write leaves; `scheduled-cleanup` takes it away after a day.
    return {name: content for name, content in tree.items() if not name.endswith(".tmp")}


@pytest.mark.timeout(3600)
def test_killed_anywhere_the_end_is_the_same(
    tmp_path: Path, nursery: Nursery, request: pytest.FixtureRequest
) -> None:
    (tmp_path / "whole").mkdir()
    whole, steps, titles = run(tmp_path / "whole", nursery, 0)
    assert titles == ["The Matrix"]
    assert steps > 40
    every = 1 if request.config.getoption("--long") else steps // SHORT
    for step in range(1, steps + 1, every):
        root = tmp_path / "killed"
        root.mkdir()
        tree, _steps, titles = run(root, nursery, step)
        assert without_temporaries(tree) == whole, step
        assert titles == ["The Matrix"], step
        shutil.rmtree(root)
