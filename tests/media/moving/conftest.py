from pathlib import Path

import pytest
from moving_house import LONG_AGO, House

from media.settings import Settings


@pytest.fixture
def settings(root: Path) -> Settings:
    for library in ("movies", "more"):
        # An empty root would be taken for a disk that is not mounted.
        (root / library / "lost+and+found").mkdir(parents=True)
    return Settings(
        libraries={"movies": root / "movies", "more": root / "more"},
        library_database=root / "library.db",
        cache_directory=root / "cache",
    )


@pytest.fixture
def house(settings: Settings, movie_directory: Path) -> House:
    """The libraries, once the one movie was scanned and published, long ago."""
    (movie_directory / "poster.png").unlink()
    house = House(settings, movie_directory)
    house.scan(movie_directory)
    house.edit(created_at=LONG_AGO, published_at=LONG_AGO)
    return house
