"""A caller that reads every result: `python -m benchmarks.reader URL OPTIONS RESULTS JOBS WARM_UP`.

Tells as JSON its resident memory, in bytes, after the warm-up and at the end.
"""

import json
import sys

import psutil
from celery import Task

from benchmarks.jobs import make_app

IN_FLIGHT = 100
GIVE_UP_SECONDS = 60.0


def read(url: str, options: str, results: str, jobs: int, warm_up: int) -> dict[str, int]:
    """Call and read so many times, some calls ahead of the results."""
    app = make_app(url, json.loads(options), results=results)
    memory = psutil.Process().memory_info
    _call_and_read(app.tasks["bench.add"], range(warm_up))
    warm = memory().rss
    _call_and_read(app.tasks["bench.add"], range(warm_up, jobs))
    return {"warm": warm, "end": memory().rss}


def _call_and_read(add: Task, numbers: range) -> None:
    for start in numbers[::IN_FLIGHT]:
        some = range(start, min(start + IN_FLIGHT, numbers.stop))
        waiting = [add.delay(number, 1) for number in some]
        for number, result in zip(some, waiting, strict=True):
            answer = result.get(timeout=GIVE_UP_SECONDS)
            if answer != number + 1:
                raise ValueError(f"{number} + 1 = {answer}")


if __name__ == "__main__":
    url, options, results, jobs, warm_up = sys.argv[1:]
    print(json.dumps(read(url, options, results, int(jobs), int(warm_up))), flush=True)
    sys.stdin.read()
