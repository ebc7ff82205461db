"""How long the history is kept: the grammar of the `history_*` options.

`30d`: for so long (`s`, `m`, `h`, `d`). `10000`: the newest so many. Both, with a comma
between: whatever is reached first. `forever`: no limit. `off`: not at all.
"""

import re
from dataclasses import dataclass

UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}

WRONG = "must be 'off', 'forever', an age such as '30d', a number of jobs, or '30d,10000'"


@dataclass(frozen=True, slots=True)
class Retention:
    """How long jobs of one status stay in the history.

    seconds: their age, None for any. count: how many, None for any number.
    """

    seconds: float | None = None
    count: int | None = None

    @property
    def is_off(self) -> bool:
        """Whether nothing is kept."""
        return self.count == 0


OFF = Retention(count=0)
THIRTY_DAYS = Retention(seconds=30 * UNITS["d"])
NINETY_DAYS = Retention(seconds=90 * UNITS["d"])


def read_retention(value: object) -> Retention:
    """Make a `Retention` of an option's value.

    Raises:
        ValueError: it is none.
    """
    if isinstance(value, Retention):
        return value
    if value == "off":
        return OFF
    if value == "forever":
        return Retention()
    seconds: float | None = None
    count: int | None = None
    for part in str(value).split(","):
        found = re.fullmatch(r"\s*(\d{1,18})\s*([smhd]?)\s*", part)
        if found is None or isinstance(value, bool):
            raise ValueError(WRONG)
        if found[2]:
            seconds = float(found[1]) * UNITS[found[2]]
        else:
            count = int(found[1])
    return Retention(seconds, count)
