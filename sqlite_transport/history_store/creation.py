"""Making the tables of the store, by whichever of several workers comes first."""

import time

from sqlalchemy import Connection, Engine, insert, inspect, select
from sqlalchemy.exc import DBAPIError

from sqlite_transport.errors import Unusable
from sqlite_transport.history_store.engine import shown
from sqlite_transport.history_store.tables import job_history, job_history_version, metadata

#: The version of the tables that this package reads and writes.
VERSION = 1

#: How often to try while others may be making them at this moment, and seconds between.
TRIES, PAUSE = 20, 0.1


def prepare(engine: Engine) -> None:
    """Make what is missing of the tables.

    Raises:
        Unusable: what is there is of a newer version, or another program's.
        sqlalchemy.exc.DBAPIError: the database cannot be used.
    """
    for last in [False] * (TRIES - 1) + [True]:
        try:
            with engine.begin() as connection:
                if _version(connection) is None:
                    _refuse_strangers(connection)
                    _create(connection)
        except DBAPIError:
            # Mostly somebody else has made the same table: then it is there the next time.
            if last or not _answers(engine):
                raise
            time.sleep(PAUSE)
        else:
            break
    with engine.connect() as connection:
        found = _version(connection)
    if found is not None and found > VERSION:
        raise Unusable(
            f"history_url {shown(engine.url)}: its tables are of version {found}, newer than "
            f"the {VERSION} that this sqlite-transport knows: install the version that made them"
        )


def _answers(engine: Engine) -> bool:
    try:
        with engine.connect() as connection:
            connection.execute(select(1))
    except DBAPIError:
        return False
    return True


def _version(connection: Connection) -> int | None:
    if not inspect(connection).has_table(job_history_version.name):
        return None
    return connection.execute(select(job_history_version.c.version)).scalar()


def _refuse_strangers(connection: Connection) -> None:
    found = inspect(connection)
    url = shown(connection.engine.url)
    if job_history.name in found.get_view_names():
        raise Unusable(
            f"history_url {url} is the file of a queue: leave history_url out to keep the "
            "history in the queue's own file, or name another one"
        )
    for table in metadata.sorted_tables:
        if found.has_table(table.name):
            columns = {column["name"] for column in found.get_columns(table.name)}
            if not {column.name for column in table.columns} <= columns:
                raise Unusable(
                    f"history_url {url}: it has a table {table.name} of another program: "
                    "give the history a database of its own"
                )


def _create(connection: Connection) -> None:
    """Make tables and indexes, what is there already aside: a process may have died before."""
    for table in metadata.sorted_tables:
        table.create(connection, checkfirst=True)
        for index in table.indexes:
            index.create(connection, checkfirst=True)
    connection.execute(insert(job_history_version).values(id=1, version=VERSION))
