"""How much work each figure does."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Size:
    """Every loop's bound, in count and in seconds."""

    rounds: int = 7
    publish_messages: int = 5_000
    publish_seconds: float = 1.5
    consume_messages: int = 10_000
    consume_seconds: float = 1.5
    worker_rounds: int = 3
    worker_tasks: int = 4_000
    worker_seconds: float = 60.0
    latency_calls: int = 300
    latency_seconds: float = 60.0
    idle_settle_seconds: float = 10.0
    idle_seconds: float = 45.0
    backlog_shallow: int = 1_000
    backlog_pending: int = 1_000_000
    backlog_scheduled: int = 100_000
    writer_processes: int = 8
    writer_seconds: float = 30.0
    crash_jobs: int = 40
    memory_jobs: int = 200_000
    memory_seconds: float = 900.0
    round_trip_calls: int = 300
    round_trip_seconds: float = 60.0
    canvas_group: int = 500
    canvas_chord: int = 100
    canvas_chain: int = 20
    canvas_seconds: float = 60.0
    result_memory_jobs: int = 50_000
    result_memory_seconds: float = 600.0
    result_file_count: int = 50_000
    result_expires: float = 30.0
    result_purge_seconds: float = 20.0
    lists_history: int = 1_000_000
    lists_pending: int = 100_000
    lists_calls: int = 100
    lists_seconds: float = 120.0
    library_movies: int = 5_000


FULL = Size()

QUICK = Size(
    rounds=3,
    publish_messages=1_500,
    publish_seconds=0.5,
    consume_messages=3_000,
    consume_seconds=0.5,
    worker_rounds=1,
    worker_tasks=1_000,
    worker_seconds=30.0,
    latency_calls=60,
    latency_seconds=15.0,
    idle_settle_seconds=5.0,
    idle_seconds=10.0,
    backlog_pending=50_000,
    backlog_scheduled=5_000,
    writer_seconds=5.0,
    memory_jobs=20_000,
    memory_seconds=120.0,
    round_trip_calls=100,
    round_trip_seconds=20.0,
    result_memory_jobs=10_000,
    result_memory_seconds=120.0,
    lists_history=100_000,
    lists_pending=10_000,
    lists_calls=40,
    library_movies=1_000,
)

SMOKE = Size(
    rounds=2,
    publish_messages=200,
    publish_seconds=0.3,
    consume_messages=200,
    consume_seconds=30.0,
    worker_rounds=1,
    worker_tasks=100,
    worker_seconds=90.0,
    latency_calls=5,
    latency_seconds=60.0,
    idle_settle_seconds=1.0,
    idle_seconds=1.0,
    backlog_shallow=100,
    backlog_pending=1_000,
    backlog_scheduled=100,
    writer_processes=2,
    writer_seconds=0.5,
    crash_jobs=6,
    memory_jobs=500,
    memory_seconds=120.0,
    round_trip_calls=5,
    round_trip_seconds=60.0,
    canvas_group=10,
    canvas_chord=5,
    canvas_chain=3,
    canvas_seconds=60.0,
    result_memory_jobs=200,
    result_memory_seconds=120.0,
    result_file_count=200,
    result_expires=1.0,
    result_purge_seconds=1.0,
    lists_history=500,
    lists_pending=50,
    lists_calls=3,
    library_movies=30,
)
