"""The database itself: whose it is, its version, its soundness and its settings."""

from collections.abc import Iterator

from sqlite_transport import migrations
from sqlite_transport.jobs.doctor.case import Case, size
from sqlite_transport.jobs.doctor.finding import Finding, error, ok, warning

#: Free pages as a share of the file, and in bytes, from which vacuum is worth it.
FREE_SHARE, FREE_BYTES = 0.5, 64 * 1024 * 1024

INCREMENTAL = 2

NAMES = "SELECT name FROM sqlite_schema"


def check_schema(case: Case) -> Iterator[Finding]:
    """Look whether it is a queue's file, and of which version."""
    found, known = case.one("PRAGMA user_version"), migrations.VERSION
    is_ours = case.one(migrations.OURS) == 3
    if not is_ours and not found and not case.one(migrations.ANY):
        yield warning("schema", "the database is empty", "start a worker: it makes the tables")
    elif not is_ours:
        yield error(
            "schema",
            "this database belongs to another program",
            "give the queue a file of its own in the broker URL",
        )
    elif found > known:
        yield error(
            "schema",
            f"schema version {found} is newer than {known}, the newest that this release knows",
            "install the release that wrote it, or a newer one",
        )
    elif found < known:
        yield warning(
            "schema",
            f"schema version {found}, and this release has {known}",
            "stop the processes of the older release: the next start brings the file forward",
        )
    elif missing := sorted(_names() - {row[0] for row in case.rows(NAMES)}):
        yield error(
            "schema",
            f"somebody has removed {', '.join(missing)}",
            "stop every process that uses it and restore a backup that has it",
        )
    else:
        yield ok("schema", f"version {found}")


def _names() -> set[str]:
    """Return what every file of this release has: tables and their indexes."""
    # It brings SQLAlchemy along, which takes a while to import.
    from sqlite_transport import schema

    tables = schema.metadata.tables.values()
    indexes = {str(index.name) for table in tables for index in table.indexes}
    return indexes | {table.name for table in tables}


def is_readable(case: Case) -> bool:
    """Tell whether the tables are those that this release knows."""
    return bool(
        case.one(migrations.OURS) == 3 and case.one("PRAGMA user_version") == migrations.VERSION
    )


def check_integrity(case: Case) -> Iterator[Finding]:
    """Look whether it is sound; indexes are compared with their tables only if it is to be deep."""
    pragma = "integrity_check" if case.deep else "quick_check"
    found = [row[0] for row in case.rows(f"PRAGMA {pragma}(5)")]
    if found == ["ok"]:
        yield ok("integrity", f"{pragma}: ok")
    else:
        yield error(
            "integrity",
            f"the database is damaged: {'; '.join(found)}",
            "stop every process that uses it and restore a backup; the damaged file is kept",
        )


#: Where the header tells the journal mode (sqlite.org/fileformat2.html), and what WAL is there.
MODE_BYTE, WAL = 18, 2


def check_journal(case: Case) -> Iterator[Finding]:
    """Look whether it is in WAL mode, as all processes of this package put it."""
    if case.at_rest:  # SQLite does not tell it then, and nobody here has the file open
        with case.path.open("rb") as file:
            file.seek(MODE_BYTE)
            mode = "wal" if file.read(1) == bytes([WAL]) else "a rollback mode"
    else:
        mode = case.one("PRAGMA journal_mode")
    if mode == "wal":
        yield ok("journal", mode)
    else:
        yield warning(
            "journal",
            f"the journal mode is {mode}, not WAL: another program has changed it, or this is a "
            "backup",
            "nothing if it is a backup; else restart the workers, which set it, and find who did",
        )


def check_space(case: Case) -> Iterator[Finding]:
    """Look whether the file can give pages back, and whether many are free."""
    pages, free = case.one("PRAGMA page_count"), case.one("PRAGMA freelist_count")
    unused = free * case.one("PRAGMA page_size")
    message = f"{size(unused)} of the file are free"
    if pages and case.one("PRAGMA auto_vacuum") != INCREMENTAL:
        yield warning(
            "space",
            f"{message}, and it cannot give them back: another program made it, or changed it",
            "stop the workers, make a backup and restore it",
        )
    elif unused > FREE_BYTES and free > FREE_SHARE * pages:
        yield warning("space", message, "give them back with vacuum")
    else:
        yield ok("space", message)
