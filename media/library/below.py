"""Which rows are of what lies below a directory."""

from pathlib import Path

from sqlalchemy import ColumnElement, and_
from sqlalchemy.orm import InstrumentedAttribute


def is_below(column: InstrumentedAttribute[str], directory: Path) -> ColumnElement[bool]:
    """Return the condition that the path in `column` lies below `directory`.

    It is a range, so an index on the column serves it.
    """
    prefix = f"{directory}/".replace("//", "/")
    behind = prefix[:-1] + chr(ord("/") + 1)
    return and_(column > prefix, column < behind)
