"""The figures, one module each."""

from benchmarks.figure import Figure
from benchmarks.figures import (
    backlog,
    canvas,
    consume,
    control,
    crash,
    history,
    idle,
    latency,
    lists,
    memory,
    publish_batch,
    publish_durable,
    publish_normal,
    result_file,
    result_memory,
    round_trip,
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
    history.FIGURE,
    control.FIGURE,
    round_trip.FIGURE,
    canvas.FIGURE,
    result_memory.FIGURE,
    result_file.FIGURE,
    lists.FIGURE,
)
