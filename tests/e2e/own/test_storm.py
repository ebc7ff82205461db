"""Workers die again and again while work comes in."""

import itertools
import threading
import time
from collections import defaultdict

from ..local.broker import on_sqlite_only
from ..local.deployment import Deployment
from ..local.journal import Entry, Journal

KILLS = 3
CONCURRENCY = 2


class Producer(threading.Thread):
    """Publishes until told to stop."""

    def __init__(self, deployment: Deployment) -> None:
        super().__init__()
        self.deployment = deployment
        self.done = threading.Event()
        self.accepted: list[str] = []

    def run(self) -> None:
        for n in itertools.count():
            if self.done.is_set():
                return
            key = f"storm-{n}"
            self.deployment.send("work", key, 0.01)
            self.accepted.append(key)
            time.sleep(0.02)


@on_sqlite_only
def test_nothing_is_lost_and_little_repeated(deployment: Deployment) -> None:
    journal = deployment.journal
    worker = deployment.start_worker("-c", str(CONCURRENCY))
    producer = Producer(deployment)
    producer.start()
    try:
        for kill in range(KILLS):
            journal.expect_some("done", 30 * (kill + 1))
            worker.kill("SIGKILL")
            worker.restart()
            worker.ready()
    finally:
        producer.done.set()
        producer.join(60)
    journal.expect_keys(set(producer.accepted))

    repeated = {key for key, times in journal.times("started").items() if times > 1}
    assert repeated <= last_of_each_process(journal)
    assert len(repeated) <= KILLS * CONCURRENCY


def last_of_each_process(journal: Journal) -> set[str]:
    """What each pool process ran last: only that can a kill have interrupted."""
    by_process: dict[int, list[Entry]] = defaultdict(list)
    for entry in journal.entries("started"):
        by_process[entry["pid"]].append(entry)
    return {entries[-1]["key"] for entries in by_process.values()}
