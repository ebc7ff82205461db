"""What lies below a directory is found by the index, however large the library is."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, text

from media.library.connection import make_engine
from media.library.database import Library
from media.library.models import Movie
from media.library.roots import movies_in

NOW = datetime(2026, 5, 1, tzinfo=UTC)
PATHS = ("/mnt/a/X", "/mnt/a/Y", "/mnt/a-4k/X", "/mnt/a0", "/mnt/A/X", "/mnt/a")


@pytest.fixture
def library(tmp_path: Path) -> Library:
    library = Library(tmp_path / "library.db")
    with library.writing() as session:
        for path in PATHS:
            session.add(
                Movie(directory=path, title="X", nfo_state="absent", created_at=NOW, scanned_at=NOW)
            )
    return library


def test_only_what_is_below_is_found(library: Library) -> None:
    with library.reading() as session:
        assert movies_in(session, Path("/mnt/a"), Path("/mnt/a/Y")) == [Path("/mnt/a/X")]
        below_root = movies_in(session, Path("/"), Path("/mnt/a"))
        assert sorted(map(str, below_root)) == sorted(set(PATHS) - {"/mnt/a"})


def test_the_index_on_the_path_finds_it(library: Library) -> None:
    asked: list[tuple[str, Any]] = []
    engine = make_engine(library.database, "BEGIN")

    @event.listens_for(engine, "before_cursor_execute")
    def _note(_c: object, _cursor: object, sql: str, values: Any, *_: object) -> None:
        asked.append((sql, values))

    with library.reading() as session:
        movies_in(session, Path("/mnt/a"), Path("/mnt/a/Y"))
        sql, values = asked[-1]
        cursor = session.connection().connection.cursor()
        plan = cursor.execute(f"EXPLAIN QUERY PLAN {sql}", values).fetchall()
        assert session.scalar(text("SELECT count(*) FROM movies")) == len(PATHS)
    assert [row[3] for row in plan] == [
        "SEARCH movies USING INDEX sqlite_autoindex_movies_1 (directory>? AND directory<?)"
    ]
