"""Whatever the broker is, the verbs are the same: names, parameters and their defaults."""

import inspect

import pytest
from celery import Celery

from sqlite_transport.jobs import Jobs, JobsElsewhere, open_jobs


def verbs(kind: type) -> dict[str, inspect.Signature]:
    found = inspect.getmembers(kind, inspect.isfunction)
    return {name: inspect.signature(each) for name, each in found if not name.startswith("_")}


def parameters(signature: inspect.Signature) -> list[tuple[str, object, object]]:
    return [(each.name, each.kind, each.default) for each in signature.parameters.values()]


@pytest.mark.parametrize("verb", verbs(Jobs))
def test_a_verb_of_the_file_is_there_with_its_parameters(verb: str) -> None:
    assert parameters(verbs(JobsElsewhere)[verb]) == parameters(verbs(Jobs)[verb])


def test_there_are_no_others() -> None:
    assert verbs(JobsElsewhere).keys() - verbs(Jobs).keys() <= {"count"}


@pytest.mark.parametrize(
    ("url", "scheme"),
    [
        ("redis://localhost:1/0", "redis"),
        ("amqp://localhost:1//", "amqp"),
        ("memory://", "memory"),
    ],
)
def test_nothing_is_connected_to_open_them(url: str, scheme: str) -> None:
    jobs = open_jobs(Celery("films", broker=url, set_as_current=False))
    assert isinstance(jobs, JobsElsewhere)
    assert jobs.scheme == scheme


def test_a_wrong_option_is_told_at_once() -> None:
    app = Celery("films", broker="memory://", set_as_current=False)
    app.conf.broker_transport_options = {"history_failed": "for long"}
    with pytest.raises(ValueError, match="history_failed"):
        open_jobs(app)
