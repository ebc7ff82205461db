"""docs/tables.md tells every table and column that is in the file."""

import re
from pathlib import Path

import pytest
from sqlalchemy import Table

from sqlite_transport.database import close_databases, open_database
from sqlite_transport.schema import VIEWS, metadata

PAGE = (Path(__file__).parents[2] / "docs" / "tables.md").read_text()
#: What a table's own section names without the table, and the others with it.
OWN = {"job", "job_attempt", "control", "unique_job", "schedule", "state"}


def section(table: str) -> str:
    found = re.search(rf"^## {table}\n(.*?)(?=^## |\Z)", PAGE, re.M | re.S)
    assert found, table
    return found[1]


@pytest.mark.parametrize("table", metadata.sorted_tables, ids=lambda table: table.name)
def test_every_column_has_a_line(table: Table) -> None:
    text = section(table.name) if table.name in OWN else PAGE
    for column in table.columns:
        name = column.name if table.name in OWN else f"{table.name}.{column.name}"
        assert f"`{name}`" in text, name


COLUMNS = "SELECT name FROM pragma_table_info(?)"


def test_the_views_have_the_columns_that_are_told(tmp_path: Path) -> None:
    read = open_database(tmp_path.resolve() / "queue.db").read
    try:
        columns = {view: {row[0] for row in read(COLUMNS, (view,))} for view in VIEWS}
    finally:
        close_databases()
    job = {column.name for column in metadata.tables["job"].columns}
    assert columns["job_queue"] == job - {"traceback", "completed_at"}
    rows = re.findall(r"^\| (`.*?) \|", section("job_history"), re.M)
    more = set(re.findall(r"`(\w+)`", "".join(rows)))
    assert columns["job_history"] == more | job - {
        "redelivered",
        "transient",
        "accepted",
        "session",
    }
