"""The databases that the store is tested on: each test has one of its own."""

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import NullPool

#: By kind: the driver, and the URL of a server with a database to make others from.
SERVERS = {
    "postgresql": (
        "psycopg",
        os.environ.get("TEST_POSTGRESQL", "postgresql+psycopg://postgres@127.0.0.1/postgres"),
    ),
    "mariadb": ("pymysql", os.environ.get("TEST_MARIADB", "mysql+pymysql://root@127.0.0.1/mysql")),
}
KINDS = ["sqlite", *SERVERS]


@contextmanager
def database(kind: str, directory: Path) -> Iterator[str]:
    """Give the URL of a new database; skip where there is no server."""
    if kind == "sqlite":
        yield f"sqlite:///{directory}/history.db"
        return
    driver, url = SERVERS[kind]
    if find_spec(driver) is None:
        pytest.skip(f"{kind}: the driver {driver} is not installed")
    server = create_engine(
        url,
        poolclass=NullPool,
        isolation_level="AUTOCOMMIT",
        connect_args={"connect_timeout": 60},
    )
    name = f"history_{uuid.uuid4().hex[:12]}"
    try:
        run(server, f"CREATE DATABASE {name}")
    except OperationalError as error:
        pytest.skip(f"{kind}: no server to test with: {error.orig}")
    try:
        yield url.rpartition("/")[0] + f"/{name}"
    finally:
        force = " WITH (FORCE)" if kind == "postgresql" else ""
        run(server, f"DROP DATABASE {name}{force}")


def run(server: Engine, statement: str) -> None:
    with server.connect() as connection:
        connection.execute(text(statement))
