"""Doing a lot of work on the file a slice at a time, so that no writer waits long for its turn."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlite_transport.database import Database

#: Seconds that a slice may hold the write turn, and its rows at first and at most.
TURN = 0.01
FIRST, LARGEST = 64, 2000


class Slices:
    """How many rows a slice has: as many as take no longer than they may.

    A slow disk makes them fewer, to one at the least.
    """

    def __init__(self) -> None:
        self.size = FIRST

    @contextmanager
    def transaction(self, database: Database) -> Iterator[Any]:
        """Do a slice of `size` rows; how long it holds the turn tells how large the next one is."""
        with database.writing as connection:
            begun = time.monotonic()
            yield connection
        held = time.monotonic() - begun
        if held > TURN:
            self.size = max(1, self.size // 2)
        elif held < TURN / 2:
            self.size = min(LARGEST, self.size * 2)
