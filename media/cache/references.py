"""Which rows refer to a file of the cache."""

from sqlalchemy import ColumnElement, exists, or_

from media.library.models import Base, CacheFile

_KEY = CacheFile.__table__.c.key
# Read off the tables, so that one which is added later is never forgotten.
_REFERRING = [
    key.parent
    for table in Base.metadata.tables.values()
    for key in table.foreign_keys
    if key.target_fullname == str(_KEY)
]


def is_referred_to() -> ColumnElement[bool]:
    """Return the condition that some row of any table refers to a row of `cache_files`."""
    return or_(*(exists().where(column == _KEY) for column in _REFERRING))
