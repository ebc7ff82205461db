"""What is never held back: somebody waits for that very job, or cannot tell it from another."""

import logging
from typing import Any

import celery
import kombu
import pytest
from celery import Celery, chain, chord, group
from fixture_types import Rows, Working

COUNT = "SELECT count(*) FROM job WHERE type = ?"


@pytest.fixture
def add(app: Celery) -> Any:
    @app.task(name="add", unique="until_done")
    def add(*numbers: int) -> int:
        return sum(numbers)

    return add


@pytest.fixture
def total(app: Celery) -> Any:
    @app.task(name="total")
    def total(numbers: list[Any]) -> int:
        return sum(sum(each) if isinstance(each, list) else each for each in numbers)

    return total


def test_a_chord_of_the_same_completes(add: Any, total: Any, working: Working) -> None:
    first = add.delay(1, 1)
    result = chord([add.s(1, 1), add.s(1, 1)], total.s()).delay()

    with working():
        assert result.get(timeout=60) == 4
        assert first.get(timeout=60) == 2


def test_a_chain_within_a_chord_completes(add: Any, total: Any, working: Working) -> None:
    add.delay(1, 1)
    result = chord([chain(add.s(1, 1), add.s(1)), add.s(1, 1)], total.s()).delay()

    with working():
        assert result.get(timeout=60) == 5


def test_a_group_with_a_body_completes(add: Any, total: Any, working: Working) -> None:
    add.delay(1, 1)
    result = (group(add.s(1, 1), add.s(1, 1)) | total.s()).delay()

    with working():
        assert result.get(timeout=60) == 4


@pytest.mark.skipif(celery.VERSION < (5, 7), reason="Celery 5.6 does not complete such a one")
def test_a_chain_with_a_nested_chord_at_its_end_completes(
    add: Any, total: Any, working: Working
) -> None:
    add.delay(1, 1)
    inner = chain(add.s(1, 1), group(add.s(1), add.s(2)))
    result = chord([inner, add.s(1, 1)], total.s()).delay()

    with working():
        assert result.get(timeout=60) == 9


def test_the_log_tells_of_it(
    add: Any, total: Any, rows: Rows, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG, "sqlite_transport"):
        chord([add.s(1), add.s(1)], total.s()).delay()

    assert rows(COUNT, "add") == [(2,)]
    assert [each.levelname for each in caplog.records] == ["DEBUG"] * 2


def test_a_task_that_takes_the_place_of_another(app: Celery, working: Working) -> None:
    @app.task(name="deep", bind=True, unique="until_done", unique_on=("directory",))
    def deep(self: Any, directory: str, depth: int = 0) -> int:
        if depth < 2:
            raise self.replace(deep.s(directory, depth + 1))
        return depth

    with working():
        assert deep.delay("/a").get(timeout=60) == 2


def test_a_message_for_several_queues_is_several_jobs(app: Celery, add: Any, rows: Rows) -> None:
    everywhere = kombu.Exchange("everywhere", type="fanout")
    with app.connection_for_write() as connection:
        for name in ("left", "right"):
            kombu.Queue(name, everywhere, channel=connection.default_channel).declare()

    ids = {add.apply_async((1,), exchange="everywhere", routing_key="x").id for _ in range(2)}

    assert len(ids) == 2
    assert rows(COUNT, "add") == [(4,)]


def test_a_message_that_goes_nowhere_holds_nothing(app: Celery, add: Any, rows: Rows) -> None:
    app.conf.task_create_missing_queues = False
    add.apply_async((1,), exchange="nowhere", routing_key="x", declare=[])

    assert rows("SELECT * FROM unique_job") == []


@pytest.mark.parametrize("header", [{"unique": "VIP"}, {"unique": {"key": 1}}, {"limit_key": 7}])
def test_somebody_elses_header_means_nothing(
    app: Celery, rows: Rows, header: dict[str, Any]
) -> None:
    for _ in range(2):
        app.send_task("plain", headers=header)

    assert rows(COUNT, "plain") == [(2,)]
    assert rows("SELECT limit_key FROM job") == [(None,)] * 2
