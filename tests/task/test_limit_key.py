"""`limit_on`: the job's `limit_key`."""

from typing import Any

import pytest
from celery import Celery
from fixture_types import Rows, Working
from pydantic import BaseModel
from receiving import eventually

KEYS = "SELECT limit_key FROM job ORDER BY id"


@pytest.fixture
def probe(app: Celery) -> Any:
    @app.task(name="probe", limit_on=("directory",), bind=True, max_retries=5)
    def probe(self: Any, directory: str, year: int = 0) -> None:
        if self.request.retries < 2:
            raise self.retry(countdown=3600 if self.request.retries else 0)

    return probe


def test_a_job_has_the_key_of_the_chosen_arguments(probe: Any, rows: Rows) -> None:
    probe.delay("/a")
    probe.delay(year=1999, directory="/a")
    probe.delay("/ä")

    assert rows(KEYS) == [('{"directory":"/a"}',)] * 2 + [('{"directory":"/ä"}',)]


def test_a_batch_has_the_keys_too(app: Celery, probe: Any, rows: Rows) -> None:
    with app.producer_pool.acquire() as producer:
        if not hasattr(producer, "batch"):
            pytest.skip("kombu 5.7 brought batches")
        with producer.batch():
            for directory in ("/a", "/b"):
                probe.apply_async((directory,), producer=producer)

    assert rows(KEYS) == [('{"directory":"/a"}',), ('{"directory":"/b"}',)]


def test_it_stays_over_retries(probe: Any, working: Working, rows: Rows) -> None:
    probe.delay("/a")
    with working():
        eventually(lambda: rows("SELECT retry_count FROM job") == [(2,)])

    assert rows("SELECT limit_key, status FROM job") == [('{"directory":"/a"}', "scheduled")]


def test_a_retry_with_other_arguments_has_another(
    app: Celery, working: Working, rows: Rows
) -> None:
    @app.task(name="moving", limit_on=("directory",), bind=True)
    def moving(self: Any, directory: str) -> None:
        raise self.retry(args=("/b",), countdown=3600)

    moving.delay("/a")
    with working():
        eventually(lambda: rows("SELECT retry_count FROM job") == [(1,)])

    assert rows(KEYS) == [('{"directory":"/b"}',)]


def test_a_task_that_is_not_limited_has_none(app: Celery, rows: Rows) -> None:
    @app.task(name="free")
    def free(directory: str) -> None: ...

    free.delay("/a")

    assert rows(KEYS) == [(None,)]


def test_a_payload_has_a_key_of_its_fields(app: Celery, rows: Rows) -> None:
    class Request(BaseModel):
        directory: str
        year: int = 0

    @app.task(name="scan", payload=Request, limit_on=("year",), unique="until_done")
    def scan(request: Request) -> None: ...

    first = scan.delay(directory="/a")
    same = scan.delay(Request(directory="/a", year=0))

    assert same.id == first.id
    assert rows(KEYS) == [('{"year":0}',)]
