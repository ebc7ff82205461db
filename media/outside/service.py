"""A service outside, and how carefully it is asked."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Service:
    """A service that is asked over HTTP.

    name: its row in `outside_services`: `tmdb`, `player:<name>`, `images:<host>`. base_url:
    what the paths of requests are relative to. requests_per_second: over all
    processes; None for as many as one likes. timeout_seconds: how long to wait for
    the next piece of an answer; None for what the settings say. failures: so many
    in a row make all processes leave it alone for `open_seconds`.
    """

    name: str
    base_url: str
    requests_per_second: float | None = None
    timeout_seconds: float | None = None
    failures: int = 5
    open_seconds: float = 60.0
