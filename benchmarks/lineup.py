"""Who takes part in a run."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.contestants import Contestant
from benchmarks.contestants.filesystem import Filesystem
from benchmarks.contestants.memory import Memory
from benchmarks.contestants.redis import Redis
from benchmarks.contestants.sqla import Sqla
from benchmarks.contestants.sqlite import Sqlite
from benchmarks.redis_server import RedisUnavailableError, redis_server

NO_HISTORY = {
    "history_completed": "off",
    "history_failed": "off",
    "history_cancelled": "off",
}


@contextmanager
def lineup(directory: Path) -> Iterator[dict[str, Contestant]]:
    """All contestants by name; the Redis server lives as long as the block."""
    others = [
        Memory(),
        Filesystem(),
        Sqla(),
        Sqlite("sqlite"),
        Sqlite("sqlite-normal", durability="normal"),
        Sqlite("sqlite-history-off", durability="normal", **NO_HISTORY),
        Sqlite("sqlite-controlled", durability="normal"),
        Sqlite("sqlite-controlled-durable"),
    ]
    with _redis(directory) as redis:
        yield {contestant.name: contestant for contestant in (redis, *others)}


@contextmanager
def _redis(directory: Path) -> Iterator[Redis]:
    with TemporaryDirectory(dir=directory, prefix="redis-") as home, ExitStack() as stack:
        try:
            server = stack.enter_context(redis_server(Path(home)))
        except RedisUnavailableError as error:
            yield Redis(None, str(error))
            return
        yield Redis(server)
