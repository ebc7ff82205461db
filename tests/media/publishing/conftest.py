from pathlib import Path

import pytest
from publishing_stage import Stage

from media.settings import Settings


@pytest.fixture
def settings(root: Path) -> Settings:
    return Settings(
        libraries={"movies": root / "movies"},
        library_database=root / "library.db",
        cache_directory=root / "cache",
    )


@pytest.fixture
def stage(settings: Settings, root: Path) -> Stage:
    stage = Stage(settings, root / "movies" / "Sintel (2010)")
    stage.make_movie()
    return stage
