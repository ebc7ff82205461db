"""`payload` in a worker: a wrong one fails its job at once, whoever sent it."""

from typing import Any

import pytest
from celery import Celery, chain, chord
from fixture_types import Rows, Working
from pydantic import BaseModel
from receiving import eventually

ENDS = "SELECT type, status, error, retry_count FROM job ORDER BY id"


class Request(BaseModel):
    directory: str
    year: int = 1999


@pytest.fixture
def scan(app: Celery) -> Any:
    @app.task(
        name="scan",
        payload=Request,
        autoretry_for=(Exception,),
        retry_kwargs={"countdown": 0, "max_retries": 3},
        acks_late=True,
    )
    def scan(request: Request) -> list[object]:
        return [request.directory, request.year]

    return scan


@pytest.fixture
def look(app: Celery) -> Any:
    @app.task(name="look")
    def look(result: object = None) -> object:
        return result

    return look


def ended(rows: Rows, count: int) -> list[Any]:
    eventually(lambda: rows("SELECT count(completed_at) FROM job") == [(count,)])
    return rows(ENDS)


def test_a_right_one_runs(scan: Any, working: Working) -> None:
    with working():
        assert scan.delay(directory="/a").get(timeout=60) == ["/a", 1999]


def test_a_wrong_one_from_elsewhere_fails_and_is_not_retried(
    app: Celery, scan: Any, working: Working, rows: Rows
) -> None:
    result = app.send_task("scan", kwargs={"directory": "/a", "year": "soon"})
    message = "scan: year: Input should be a valid integer, unable to parse string as an integer"
    with working():
        assert ended(rows, 1) == [("scan", "failed", f"InvalidPayload: {message}", 0)]
        with pytest.raises(ValueError, match=message):
            result.get(timeout=60)


def test_fields_from_elsewhere_may_come_as_a_dict(app: Celery, scan: Any, working: Working) -> None:
    with working():
        result = app.send_task("scan", args=[{"directory": "/a"}], kwargs={"year": 2000})
        assert result.get(timeout=60) == ["/a", 2000]


def test_what_the_function_raises_is_retried_as_ever(
    app: Celery, working: Working, rows: Rows
) -> None:
    @app.task(
        name="stubborn",
        bind=True,
        payload=Request,
        autoretry_for=(KeyError,),
        retry_kwargs={"countdown": 0},
        retry_jitter=False,
    )
    def stubborn(self: Any, request: Request) -> str:
        if self.request.retries < 2:
            raise KeyError(request.directory)
        return request.directory

    with working():
        assert stubborn.delay(directory="/a").get(timeout=60) == "/a"
    assert rows("SELECT retry_count FROM job") == [(2,)]


def test_the_result_before_is_the_payload(scan: Any, look: Any, working: Working) -> None:
    with working():
        fields = {"directory": "/a", "year": 1}
        assert chain(look.s(fields), scan.s()).delay().get(timeout=60) == ["/a", 1]
        assert chain(look.s(fields), scan.s(year=2)).delay().get(timeout=60) == ["/a", 2]
        assert chain(look.s("x"), scan.si(directory="/b")).delay().get(timeout=60) == ["/b", 1999]


def test_a_result_that_is_no_payload_fails_the_job_that_gets_it(
    scan: Any, look: Any, working: Working, rows: Rows
) -> None:
    result = chain(look.s("x"), scan.s()).delay()
    with working():
        with pytest.raises(ValueError, match="takes its fields by name"):
            result.get(timeout=60)
        ends = ended(rows, 2)
    assert [end[:2] for end in ends] == [("look", "completed"), ("scan", "failed")]


def test_a_chord_of_typed_tasks(scan: Any, look: Any, working: Working) -> None:
    with working():
        result = chord([scan.s(directory="/a"), scan.s({"directory": "/b"})], look.s()).delay()
        assert result.get(timeout=60) == [["/a", 1999], ["/b", 1999]]


def test_a_retry_with_a_wrong_payload_fails(app: Celery, working: Working, rows: Rows) -> None:
    @app.task(name="wrong", bind=True, payload=Request)
    def wrong(self: Any, request: Request) -> None:
        raise self.retry(kwargs={"directory": None}, countdown=0)

    wrong.delay(directory="/a")
    with working():
        error = "InvalidPayload: wrong: directory: Input should be a valid string"
        assert ended(rows, 1) == [("wrong", "failed", error, 1)]
