"""Names of time zones."""

from zoneinfo import ZoneInfo


def check_time_zone(name: str | None) -> str | None:
    """Return `name`; raises `ValueError` when it is no time zone that this machine knows."""
    if name is None:
        return None
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise ValueError(f"{name!r} is no time zone, such as 'Europe/Berlin'") from error
    return name
