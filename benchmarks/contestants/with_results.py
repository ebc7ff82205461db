"""A contestant together with the result backend that goes with it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from celery.app.backends import by_url
from celery.loaders.default import Loader

from benchmarks.bench import Bench
from benchmarks.contestants import Broker, Contestant


class WithResults(Contestant):
    """Takes part only if Celery can load its result backend."""

    def __init__(self, contestant: Contestant) -> None:
        self.name = contestant.name
        self.backlog = contestant.backlog
        self.result_scheme = contestant.result_scheme
        self.contestant = contestant

    def missing(self) -> str | None:
        """Why it, or its result backend, cannot take part here."""
        return self.contestant.missing() or why_no_backend(self.result_scheme)

    @contextmanager
    def arena(self, directory: Path) -> Iterator[Broker]:
        """Name the result backend beside the broker."""
        with self.contestant.arena(directory) as broker:
            yield replace(broker, results=self.contestant.results(broker))


def with_results(bench: Bench) -> Bench:
    """Give the same run, each of its contestants with a result backend."""
    contestants = {name: WithResults(one) for name, one in bench.contestants.items()}
    return replace(bench, contestants=contestants)


def why_no_backend(scheme: str) -> str | None:
    """Say why Celery has no result backend for URLs that begin so, or None if it has."""
    if not scheme:
        return "no result backend goes with it"
    try:
        by_url(scheme, Loader(None))
    except Exception as error:  # whatever is wrong with it, it cannot be loaded
        return f"no result backend {scheme}: {type(error).__name__}: {error}".splitlines()[0]
    return None
