"""A queue's file with a long past: jobs that have ended, and others that wait."""

import json
import random
import time
import uuid
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from sqlite_transport.database import open_database

#: How often each type comes, in 10,000, among what has ended and among what waits.
TYPES = {
    "scan-movie": (4_000, 4_500),
    "probe": (2_500, 3_000),
    "copy": (1_500, 1_499),
    "artwork": (1_000, 1_000),
    "archive": (999, 1),
    "webhook": (1, 0),
}
QUEUES = ("celery", "media", "web", "low")
PRIORITIES = (1, 3, 5, 5, 5, 8)
OUTCOMES = {"completed": 950, "failed": 49, "cancelled": 1}
FIRST = ("sun", "moon", "star", "dark", "green", "iron", "gold", "wolf", "fire", "rain")
SECOND = ("light", "fall", "stone", "heart", "river", "song", "wing", "blade", "gate", "été")
ENDINGS = ("", "er", "s", "ing", "ed")

SECONDS_APART = 0.05
#: Every second job that waits came with the last ones; the others are as old as any.
BATCH = 20_000

INSERT = (
    "INSERT INTO job (id, queue, type, task_id, priority, payload, headers, properties,"
    " content_type, content_encoding, status, created_at, started_at, updated_at, completed_at,"
    " worker, deliveries) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'application/json', 'utf-8', ?, ?, ?, ?,"
    " ?, ?, ?)"
)

Row = tuple[object, ...]


def fill(path: Path, ended: int, pending: int) -> None:
    """Make the file."""
    database = open_database(path)
    rows = _rows(ended, pending)
    while batch := list(islice(rows, BATCH)):
        with database.writing as connection:
            connection.executemany(INSERT, batch)
    database.close()


def _rows(ended: int, pending: int) -> Iterator[Row]:
    chance = random.Random(9)
    total = ended + pending
    now = time.time()
    scattered = set(chance.sample(range(total - pending // 2), pending - pending // 2))
    for number in range(total):
        waits = number in scattered or number >= total - pending // 2
        yield _row(chance, number + 1, waits, now - (total - number) * SECONDS_APART)


def _row(chance: random.Random, number: int, waits: bool, created: float) -> Row:
    task_id = str(uuid.UUID(int=chance.getrandbits(128)))
    kind = _one_of(chance, {name: each[waits] for name, each in TYPES.items()})
    status = "pending" if waits else _one_of(chance, OUTCOMES)
    began = None if waits else created + 1
    ended = None if waits else created + 1 + chance.random() * 30
    return (
        number,
        chance.choice(QUEUES),
        kind,
        task_id,
        chance.choice(PRIORITIES),
        _body(chance, number),
        _headers(task_id, kind),
        _properties(task_id),
        status,
        created,
        began,
        ended or created,
        ended,
        None if waits else "celery@mediaserver",
        int(not waits),
    )


def _one_of(chance: random.Random, weights: dict[str, int]) -> str:
    return chance.choices(list(weights), list(weights.values()))[0]


def _body(chance: random.Random, number: int) -> str:
    words = (chance.choice(FIRST) + chance.choice(SECOND) + chance.choice(ENDINGS) for _ in "12")
    title = " ".join(words).title()
    path = f"/srv/media/movies/{title} ({chance.randint(1930, 2025)})/disc-{number}.mkv"
    options = {"callbacks": None, "errbacks": None, "chain": None, "chord": None}
    return json.dumps([[path], {"force": chance.random() < 0.5}, options])


def _headers(task_id: str, kind: str) -> str:
    headers = {
        "lang": "py",
        "task": kind,
        "id": task_id,
        "shadow": None,
        "eta": None,
        "expires": None,
        "group": None,
        "group_index": None,
        "retries": 0,
        "timelimit": [None, None],
        "root_id": task_id,
        "parent_id": None,
        "argsrepr": "('/srv/media/movies/a film of some year, and its name')",
        "kwargsrepr": "{'force': True}",
        "origin": "gen4242@mediaserver",
        "ignore_result": False,
        "replaced_task_nesting": 0,
        "stamped_headers": None,
        "stamps": {},
    }
    return json.dumps(headers, separators=(",", ":"))


def _properties(task_id: str) -> str:
    properties = {
        "correlation_id": task_id,
        "reply_to": str(uuid.UUID(int=7)),
        "delivery_mode": 2,
        "priority": 5,
        "body_encoding": "utf-8",
        "delivery_info": {"exchange": "", "routing_key": "celery"},
    }
    return json.dumps(properties, separators=(",", ":"))
