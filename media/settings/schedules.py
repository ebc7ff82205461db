"""When the scheduled jobs run."""

from pydantic import Field, field_validator

from media.settings.time_zone import check_time_zone
from media.settings.values import Table


class ScheduleSettings(Table):
    """What changes in the schedule of the job that its table is named for.

    cron: minute, hour, day of month, month, day of week. timezone: a name such as
    `Europe/Berlin`; the general one by default.
    """

    cron: str | None = Field(default=None, pattern=r"^\s*\S+(\s+\S+){4}\s*$")
    timezone: str | None = None
    enabled: bool = True

    _check_time_zone = field_validator("timezone")(check_time_zone)
