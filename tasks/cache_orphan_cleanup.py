"""The job `cache-orphan-cleanup`: free what nothing refers to."""

from typing import Any

from pydantic import Field

from media.cleanup import cleanup_cache_orphans
from tasks.configuration import configuration
from tasks.job import job
from tasks.request import ScheduledRequest


class CacheOrphanRequest(ScheduledRequest):
    """Which files of the cache: `image`, `video`, or all."""

    asset_type: str | None = Field(default=None, alias="assetType")


@job("cache-orphan-cleanup", CacheOrphanRequest, unique="until_done")
def cache_orphan_cleanup(_self: Any, request: CacheOrphanRequest) -> dict[str, object]:
    """Remove the cache's files that no row refers to; returns how much that was."""
    return cleanup_cache_orphans(request.asset_type, configuration().settings).as_json()
