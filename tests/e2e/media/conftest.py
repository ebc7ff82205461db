"""An installation of the media manager for a test, and the world around it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from ..local.nursery import Nursery
from .household import Household, household
from .installation import Installation


@pytest.fixture
def house(tmp_path: Path) -> Iterator[Household]:
    with household(tmp_path) as found:
        yield found


@pytest.fixture
def installation(tmp_path: Path, nursery: Nursery, house: Household) -> Iterator[Installation]:
    installation = Installation(tmp_path, nursery, house.environment)
    installation.configure(house.toml)
    yield installation
    installation.close()
