"""How long things are kept."""

from pydantic import Field

from media.settings.values import LocalPath, Table

_KEPT = r"^(forever|\d+[smhdw]?(,\d+)?|\d+)$"


class RetentionSettings(Table):
    """What `scheduled-cleanup` leaves.

    completed, failed, cancelled: of the jobs' history, a time (`30d`), a number of
    jobs (`10000`), both (`30d,10000`) or `forever`. webhooks_days: of the webhooks. log_directory,
    log_days: log files there (`*.log`, `*.log.*`) go when they were not written to for so long.
    """

    completed: str = Field(default="30d", pattern=_KEPT)
    failed: str = Field(default="90d", pattern=_KEPT)
    cancelled: str = Field(default="30d", pattern=_KEPT)
    webhooks_days: int = Field(default=90, ge=1, le=36_500)
    log_directory: LocalPath | None = None
    log_days: int = Field(default=14, ge=1, le=36_500)
