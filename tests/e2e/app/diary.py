"""What a task did, written where the tests read it."""

import json
import os
import time
from pathlib import Path

from celery import Task


def write(task: Task, event: str, key: str) -> None:
    """Append one line; `O_APPEND` keeps the lines of many processes apart."""
    request = task.request
    entry = {
        "event": event,
        "key": key,
        "id": request.id,
        "host": request.hostname,
        "pid": os.getpid(),
        "retries": request.retries,
        "redelivered": bool((request.delivery_info or {}).get("redelivered")),
        "at": time.time(),
    }
    file = os.open(os.environ["E2E_JOURNAL"], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    try:
        os.write(file, (json.dumps(entry) + "\n").encode())
    finally:
        os.close(file)


def count(event: str, key: str) -> int:
    """How often this was written before, by whichever process."""
    lines = Path(os.environ["E2E_JOURNAL"]).read_text().split("\n")[:-1]
    entries = [json.loads(line) for line in lines]
    return sum(entry["event"] == event and entry["key"] == key for entry in entries)
