"""What the doctor says."""

from dataclasses import asdict, dataclass
from typing import Literal

Level = Literal["ok", "warning", "error"]


@dataclass(frozen=True, slots=True)
class Finding:
    """The result of one check.

    name: the check's. level: `ok`; `warning`: it works, but will be slow or
    unsafe; `error`: it does not work, or what is in the file is in danger. fix: what
    to do, empty if nothing need be done.
    """

    name: str
    level: Level
    message: str
    fix: str = ""

    def as_json(self) -> dict[str, str]:
        """Return it as `json.dumps` takes it."""
        return asdict(self)


def ok(name: str, message: str) -> Finding:
    """Return that nothing need be done."""
    return Finding(name, "ok", message)


def warning(name: str, message: str, fix: str) -> Finding:
    """Return what should be changed."""
    return Finding(name, "warning", message, fix)


def error(name: str, message: str, fix: str) -> Finding:
    """Return what must be changed."""
    return Finding(name, "error", message, fix)
