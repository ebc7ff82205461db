"""Eight processes send the same unique task at the same moment: one job comes of it."""

import subprocess
import sys
from pathlib import Path

from fixture_types import Rows

PROCESSES, ROUNDS = 8, 30

SENDER = """
import sys
from celery import Celery

app = Celery("films", broker=sys.argv[1], backend=sys.argv[1],
             task_cls="sqlite_transport.task:Task")

@app.task(name="scan", unique="until_done")
def scan(number): ...

app.finalize()
with app.connection_for_write() as connection:
    connection.default_channel
print("ready", flush=True)
for line in sys.stdin:
    print(scan.delay(int(line)).id, flush=True)
"""


def test_exactly_one_wins(path: Path, rows: Rows) -> None:
    senders = [
        subprocess.Popen(
            [sys.executable, "-c", SENDER, f"sqlite:///{path}"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(PROCESSES)
    ]
    try:
        for sender in senders:
            assert sender.stdout is not None
            assert sender.stdout.readline() == "ready\n"
        rounds = [race(senders, number) for number in range(ROUNDS)]
    finally:
        for sender in senders:
            sender.kill()
            sender.communicate()

    assert all(len(ids) == 1 for ids in rounds)
    jobs = [task_id for (task_id,) in rows("SELECT task_id FROM job ORDER BY id")]
    assert jobs == [task_id for ids in rounds for task_id in ids]


def race(senders: list[subprocess.Popen[str]], number: int) -> set[str]:
    """Let all send the task at once; return the ids that they were told."""
    for sender in senders:
        assert sender.stdin is not None
        sender.stdin.write(f"{number}\n")
        sender.stdin.flush()
    return {sender.stdout.readline().strip() for sender in senders if sender.stdout is not None}
