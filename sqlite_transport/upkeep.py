"""What has to be done now and then, by whichever process is there to do it.

Each part first looks without the write turn and takes it only if there is
something to do, a slice at a time, so that no writer waits long.
"""

import time

from sqlite_transport import queue, topology
from sqlite_transport.broker import Broker

#: Seconds between two rounds of it.
SWEEP = 0.5

#: Free pages beyond which some are given back, and how many at a time.
FREE_PAGES = 2048
VACUUM_SLICE = 512
#: Slices for one round of upkeep; with a round each half second, 16 MiB/s.
VACUUM_SLICES = 4


def upkeep(broker: Broker, max_deliveries: int) -> None:
    """Restore the jobs of the dead, expire what is over and give free pages back."""
    broker.reap(max_deliveries)
    now = time.time()
    expire_jobs(broker, now)
    expire_queues(broker, now)
    vacuum(broker)


def expire_jobs(broker: Broker, now: float) -> None:
    """Move waiting jobs whose time is over to history as cancelled."""
    next_expiry = broker.database.read(queue.NEXT_EXPIRY)[0][0]
    while next_expiry is not None and next_expiry <= now:
        with broker.database.writing as connection:
            queue.expire(connection, now)
            next_expiry = connection.execute(queue.NEXT_EXPIRY).fetchone()[0]


def expire_queues(broker: Broker, now: float) -> None:
    """Delete the queues that nobody has used for longer than they may be unused."""
    if broker.database.read(topology.EXPIRED_QUEUES, (now,)):
        with broker.database.writing as connection:
            topology.expire_queues(connection, now)


def vacuum(broker: Broker) -> None:
    """Give some of the free pages back to the file system, if they are many.

    A quarter of the file may stay free: a queue that fills and drains again
    shall not grow and shrink the file each time.
    """
    for _ in range(VACUUM_SLICES):
        free = broker.database.read("PRAGMA freelist_count")[0][0]
        pages = broker.database.read("PRAGMA page_count")[0][0]
        if free < FREE_PAGES or free * 4 < pages:
            return
        with broker.database.writing as connection:
            connection.execute(f"PRAGMA incremental_vacuum({VACUUM_SLICE})").fetchall()
