"""The job `cache-soft-delete-expiration`: forget what was deleted long ago."""

from typing import Any

from pydantic import Field

from media.cleanup import expire_soft_deleted
from tasks.configuration import configuration
from tasks.job import job
from tasks.request import ScheduledRequest


class ExpirationRequest(ScheduledRequest):
    """How many days a deleted movie, and what nothing refers to, is kept."""

    retention_days: int = Field(default=30, ge=0, le=36_500, alias="retentionDays")


@job("cache-soft-delete-expiration", ExpirationRequest, unique="until_done")
def cache_soft_delete_expiration(_self: Any, request: ExpirationRequest) -> dict[str, object]:
    """Remove what was soft-deleted before that; returns how much that was."""
    return expire_soft_deleted(request.retention_days, configuration().settings).as_json()
