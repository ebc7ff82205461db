"""Every combination of what phases do: all of them run, each does what it is told."""

from collections.abc import Iterator
from itertools import product
from pathlib import Path

import pytest
from lxml import etree
from sqlalchemy import func, select

from media.library.models import Candidate, Movie, Selection

from ..local.nursery import Nursery
from .bodies import download, make_video
from .household import Household, household
from .installation import Installation
from .test_media_chain import CHAIN, PLAYERS, types_of

COMBINATIONS = list(product([True, False], repeat=4))


@pytest.fixture(scope="module")
def shared(
    tmp_path_factory: pytest.TempPathFactory, nursery: Nursery
) -> Iterator[tuple[Installation, Household]]:
    """One installation with its worker for all combinations: each is seen at the next job."""
    root = tmp_path_factory.mktemp("combinations")
    with household(root) as house:
        installation = Installation(root, nursery, house.environment)
        installation.configure(house.toml)
        installation.set(scan__quietSeconds=0)
        installation.start_worker()
        yield installation, house
        installation.close()


def count(installation: Installation, table: type[Candidate | Selection], directory: Path) -> int:
    with installation.library.reading() as session:
        movie = session.scalars(select(Movie).where(Movie.directory == str(directory))).one()
        chosen = select(func.count()).select_from(table).where(table.movie_id == movie.id)
        return session.scalar(chosen) or 0


@pytest.mark.parametrize(("fetches", "selects", "publishes", "notifies"), COMBINATIONS)
def test_configuration_changes_what_a_phase_does_never_whether_it_runs(
    shared: tuple[Installation, Household],
    fetches: bool,
    selects: bool,
    publishes: bool,
    notifies: bool,
) -> None:
    installation, house = shared
    name = f"Movie {COMBINATIONS.index((fetches, selects, publishes, notifies))} (1999)"
    directory = installation.movies / name
    make_video(directory, f"{name}.mkv")
    installation.set(
        enrichment__fetchProviderAssets=fetches,
        enrichment__autoSelectAssets=selects,
        publish__assets=publishes,
        publish__actors=publishes,
        playerSync__notify=notifies,
    )
    asked = house.players_asked()
    jobs = installation.chain_of(installation.send("webhook", download(f"/movies/{name}")))

    assert types_of(jobs) == CHAIN
    assert {job.status for job in jobs} == {"completed"}, [(j.type, j.error) for j in jobs]
    assert etree.parse(directory / f"{name}.nfo").findtext("actor/name") == "Keanu Reeves"
    assert (count(installation, Candidate, directory) > 0) is fetches
    assert (count(installation, Selection, directory) > 0) is (fetches and selects)
    assert (directory / "poster.jpg").exists() is (fetches and selects and publishes)
    assert (directory / ".actors" / "Keanu_Reeves.jpg").exists() is publishes
    assert ({job.type for job in jobs} >= PLAYERS) is notifies
    assert (house.players_asked() > asked) is notifies
