"""docs/tables.md tells the tables of the search index too, which are not in the schema."""

import re
from pathlib import Path

from sqlite_transport.database import close_databases, open_database
from sqlite_transport.search.tables import want

PAGE = (Path(__file__).parents[2] / "docs" / "tables.md").read_text()
COLUMNS = (
    "SELECT t.name || '.' || c.name FROM sqlite_schema AS t, pragma_table_info(t.name) AS c"
    " WHERE t.type = 'table' AND t.name LIKE 'job_search%'"
)


def test_every_column_has_a_line(tmp_path: Path) -> None:
    database = open_database(tmp_path.resolve() / "queue.db")
    try:
        want(database)
        columns = {name for (name,) in database.read(COLUMNS)}
    finally:
        close_databases()
    assert len(columns) > 8
    told = set(re.findall(r"`(job_search\w*\.\w+)`", PAGE))
    assert told == columns
