"""The options of all jobs that are a step of one movie's way."""

from typing import Any

# A step that waits is not sent twice, and no two of one kind run at once for one movie:
# they would both write the same files.
MOVIE_STEP: dict[str, Any] = {
    "unique": "until_started",
    "unique_on": ("movie_id", "origin"),
    "limit_on": ("movie_id",),
    "limit_concurrency_per_key": 1,
}
