"""Leave a service alone that has failed too often. Times are seconds since 1970.

After `failures` in a row it is left alone for `open_seconds`. Then one request
is the probe: its success closes the circuit, its failure opens it again. A
probe whose process died is replaced once its lease is over.
"""

from media.errors import CircuitOpenError
from media.library.models import OutsideService
from media.outside.service import Service


def is_open(row: OutsideService, service: Service) -> bool:
    """Whether the service has been given up, and no probe has succeeded since."""
    return row.failures >= service.failures


def take_probe(row: OutsideService, service: Service, now: float, until: float) -> float:
    """Become the one that tries, until `until`; returns what the probe is known by.

    Raises:
        CircuitOpenError: it is not yet time, or another one is trying.
    """
    # What is further away was set by a clock that has been put back since.
    if now < row.open_until <= now + service.open_seconds or now < row.probe_until <= until:
        raise given_up(row, service, now)
    row.probe_until = until
    return until


def given_up(row: OutsideService, service: Service, now: float) -> CircuitOpenError:
    """Return the error that tells what is wrong with the service, and until when to wait."""
    until = max(row.open_until, row.probe_until)
    return CircuitOpenError(
        f"{service.name} failed {row.failures} times in a row and is left alone; "
        f"the last time: {row.last_error}",
        retry_after=max(until - now, 1.0),
    )


def note_success(row: OutsideService, service: Service, probe: float | None) -> None:
    """Note that the service answered. While it is given up, only the probe's word counts."""
    if not is_open(row, service) or row.probe_until == probe:
        row.failures, row.open_until, row.probe_until = 0, 0.0, 0.0


def note_failure(
    row: OutsideService, service: Service, probe: float | None, error: str, now: float
) -> None:
    """Note that the service failed. What began before it was given up does not prolong that."""
    was_open = is_open(row, service)
    row.failures += 1
    row.last_error = error
    if row.probe_until == probe or (is_open(row, service) and not was_open):
        row.open_until, row.probe_until = now + service.open_seconds, 0.0


def release_probe(row: OutsideService, probe: float | None) -> None:
    """Let another one try: this one was broken off."""
    if row.probe_until == probe:
        row.probe_until = 0.0
