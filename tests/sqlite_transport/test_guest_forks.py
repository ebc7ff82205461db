"""A user's connection to the file never crosses a fork."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import StatementError
from sqlalchemy.orm import Session

from sqlite_transport.database import open_database
from sqlite_transport.errors import Unusable

Rows = Callable[..., list[tuple[Any, ...]]]

pytestmark = pytest.mark.filterwarnings("ignore:.*use of fork.*:DeprecationWarning")

ADD = text("INSERT INTO movie (title) VALUES ('Heat')")


def in_child(act: Callable[[], object]) -> None:
    """Do it in a forked child, which must end well."""
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            act()
            status = 0
        finally:
            os._exit(status)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0


def count(rows: Rows) -> int:
    return int(rows("SELECT count(*) FROM movie")[0][0])


def test_an_engine_serves_parent_and_child(path: Path, rows: Rows) -> None:
    engine = create_engine(f"sqlite+transport:///{path}")

    def add() -> None:
        with Session(engine) as session, session.begin():
            session.execute(ADD)

    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE movie (title TEXT)"))
    add()
    in_child(add)
    add()

    assert count(rows) == 3


@pytest.mark.parametrize("is_within", [True, False], ids=["transaction", "idle"])
def test_a_child_of_one_that_is_open_is_told(path: Path, rows: Rows, is_within: bool) -> None:
    engine = create_engine(f"sqlite+transport:///{path}")
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE movie (title TEXT)"))
    session = Session(engine)
    session.execute(ADD)
    if not is_within:
        session.commit()
        held = engine.raw_connection()

    def try_all() -> None:
        with pytest.raises((Unusable, StatementError), match="this process was forked"):
            session.execute(ADD)
        with pytest.raises(Unusable, match="this process was forked"):
            open_database(path)
        session.close()

    in_child(try_all)
    session.execute(ADD)
    session.commit()
    session.close()
    if not is_within:
        held.close()
    open_database(path).write("INSERT INTO movie VALUES ('x')", ())

    assert count(rows) == 3, "the parent noticed nothing"


def test_the_turn_is_the_parents_alone(path: Path) -> None:
    """A child that lives on must not keep the turn that its parent had when it died."""
    engine = create_engine(f"sqlite+transport:///{path}")
    read, write = os.pipe()
    stay, leave = os.pipe()
    middle = os.fork()
    if middle == 0:
        try:
            session = Session(engine)
            session.execute(text("CREATE TABLE movie (title TEXT)"))
            if os.fork() == 0:
                os.close(read)
                os.close(leave)
                os.write(write, b"x")
                os.read(stay, 1)  # until the test lets go of its end
            else:
                os.read(read, 1)
        finally:
            os._exit(0)
    os.waitpid(middle, 0)

    open_database(path).write("UPDATE state SET controlled = controlled", ())
    for descriptor in (read, write, stay, leave):
        os.close(descriptor)
