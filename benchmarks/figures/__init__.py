"""The figures, one module each."""

from benchmarks.figure import Figure
from benchmarks.figures import (
    backlog,
    consume,
    crash,
    idle,
    latency,
    memory,
    publish_batch,
    publish_durable,
    publish_normal,
    worker_throughput,
    writers,
)

FIGURES: tuple[Figure, ...] = (
    publish_durable.FIGURE,
    publish_normal.FIGURE,
    publish_batch.FIGURE,
    consume.FIGURE,
    worker_throughput.FIGURE,
    latency.FIGURE,
    idle.FIGURE,
    backlog.FIGURE,
    writers.FIGURE,
    crash.FIGURE,
    memory.FIGURE,
)
