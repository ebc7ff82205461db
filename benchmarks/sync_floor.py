"""What the disk allows: an overwrite and `fdatasync`, nothing else."""

import os
from pathlib import Path
from time import monotonic

from benchmarks.traffic import Pace

BLOCK = 12 * 1024
BLOCKS = 256


def sync_floor(directory: Path, syncs: int, seconds: float) -> Pace:
    """Overwrite 12 KiB and sync, until the count or the time is reached."""
    path = directory / "sync-floor"
    block = os.urandom(BLOCK)
    with path.open("wb") as file:
        for _ in range(BLOCKS):
            file.write(block)
        file.flush()
        os.fsync(file.fileno())
    descriptor = os.open(path, os.O_WRONLY)
    try:
        done = 0
        start = monotonic()
        while done < syncs and monotonic() < start + seconds:
            os.pwrite(descriptor, block, done % BLOCKS * BLOCK)
            os.fdatasync(descriptor)
            done += 1
        return Pace(done, monotonic() - start)
    finally:
        os.close(descriptor)
        path.unlink()
