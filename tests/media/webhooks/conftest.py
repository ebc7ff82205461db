"""A library of movies and one of series, and what the webhooks left in the database."""

from pathlib import Path

import pytest
from webhook_rows import Rows

from media.settings import Settings


@pytest.fixture
def settings(root: Path) -> Settings:
    for library in ("movies", "tv"):
        (root / library / "Another (2001)").mkdir(parents=True)
    return Settings(
        libraries={
            "movies": root / "movies",
            "tv": {"path": root / "tv", "kind": "series"},
        },
        path_mappings={"/movies": root / "movies", "/tv": root / "tv"},
        library_database=root / "library.db",
        webhook_window_seconds=3600,
    )


@pytest.fixture
def rows(settings: Settings) -> Rows:
    return Rows(settings)
