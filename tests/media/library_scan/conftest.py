"""A library of movies that are only names: a walk reads no video."""

from collections.abc import Callable
from pathlib import Path

import pytest
from library_walker import Walker
from sqlalchemy import select

from media.library.database import Library
from media.library.models import Movie
from media.settings import Settings


@pytest.fixture
def settings(root: Path) -> Settings:
    (root / "movies").mkdir()
    return Settings(libraries={"movies": root / "movies"}, library_database=root / "library.db")


@pytest.fixture
def walker(settings: Settings) -> Walker:
    return Walker(settings)


@pytest.fixture
def change(library: Library) -> Callable[..., None]:
    """Change columns of all movies."""

    def _change(**values: object) -> None:
        with library.writing() as session:
            for movie in session.scalars(select(Movie)):
                for name, value in values.items():
                    setattr(movie, name, value)

    return _change
