"""The application module of the measured workers: `celery -A benchmarks.app`.

The benchmark hands over the broker, the result backend and the marks in the
environment.
"""

import json
import os
from pathlib import Path
from typing import Any

from celery.signals import worker_ready

from benchmarks.jobs import make_app
from benchmarks.marks import Marks

BROKER = "BENCHMARK_BROKER"
OPTIONS = "BENCHMARK_OPTIONS"
RESULTS = "BENCHMARK_RESULTS"
MARKS = "BENCHMARK_MARKS"

marks = Marks(Path(os.environ[MARKS])) if MARKS in os.environ else None
app = make_app(
    os.environ.get(BROKER, "memory://"),
    json.loads(os.environ.get(OPTIONS, "{}")),
    marks,
    os.environ.get(RESULTS, ""),
)


@worker_ready.connect(weak=False)
def mark_ready(**_: Any) -> None:
    """Tell the benchmark that the worker consumes."""
    if marks is not None:
        marks.ready()
