"""docs/tables.md tells every table and column that is in the file."""

import re
from pathlib import Path

import pytest
from sqlalchemy import Table

from sqlite_transport.schema import metadata

PAGE = (Path(__file__).parents[2] / "docs" / "tables.md").read_text()
#: What a table's own section names without the table, and the others with it.
OWN = {"job_queue", "job_history", "state"}


def section(table: str) -> str:
    found = re.search(rf"^## {table}\n(.*?)(?=^## |\Z)", PAGE, re.M | re.S)
    assert found, table
    return found[1]


@pytest.mark.parametrize("table", metadata.sorted_tables, ids=lambda table: table.name)
def test_every_column_has_a_line(table: Table) -> None:
    if table.name == "job_history":
        text = section("job_queue") + section("job_history")
    else:
        text = section(table.name) if table.name in OWN else PAGE
    for column in table.columns:
        name = column.name if table.name in OWN else f"{table.name}.{column.name}"
        assert f"`{name}`" in text, name
