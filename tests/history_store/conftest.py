"""A store on every kind of database."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from databases import KINDS, database

from sqlite_transport.history_store.store import Store


@pytest.fixture(params=KINDS)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    with database(request.param, tmp_path) as url:
        yield url


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    store = Store(url)
    yield store
    store.close()
