"""One caller of `.delay()`: `python -m benchmarks.caller URL OPTIONS JOBS WARM_UP`.

Tells as JSON its resident memory, in bytes, after the warm-up and at the end.
"""

import json
import sys

import psutil

from benchmarks.jobs import make_app


def call(url: str, options: str, jobs: int, warm_up: int) -> dict[str, int]:
    """Call so many times, as fast as it goes."""
    app = make_app(url, json.loads(options))
    noop = app.tasks["bench.noop"]
    memory = psutil.Process().memory_info
    for _ in range(warm_up):
        noop.delay()
    warm = memory().rss
    for _ in range(jobs - warm_up):
        noop.delay()
    return {"warm": warm, "end": memory().rss}


if __name__ == "__main__":
    url, options, jobs, warm_up = sys.argv[1:]
    print(json.dumps(call(url, options, int(jobs), int(warm_up))), flush=True)
    sys.stdin.read()
