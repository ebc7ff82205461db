"""Giving the space of what was deleted back to the file system."""

from sqlite_transport.database import Database

#: Free pages beyond which some are given back, how many at a time, and how
#: many times in a row: 40 MiB in each round at 4 KiB a page.
FREE_PAGES = 2048
SLICE = 512
SLICES = 20


def vacuum(database: Database) -> None:
    """Give some of the free pages back, if they are many.

    A quarter of the file may stay free: a file that fills and empties again
    shall not grow and shrink each time.
    """
    for _ in range(SLICES):
        free = database.read("PRAGMA freelist_count")[0][0]
        pages = database.read("PRAGMA page_count")[0][0]
        if free < FREE_PAGES or free * 4 < pages:
            return
        with database.writing as connection:
            connection.execute(f"PRAGMA incremental_vacuum({SLICE})").fetchall()
