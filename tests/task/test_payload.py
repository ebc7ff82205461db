"""`payload`: a wrong one is refused where it is sent, with the fields named."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import pytest
from celery import Celery, chain
from celery.exceptions import ImproperlyConfigured
from fixture_types import Rows
from pydantic import (
    AliasChoices,
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    computed_field,
    model_validator,
)

from sqlite_transport.task import InvalidPayload

BODY = "SELECT payload FROM job ORDER BY id"


class Movie(BaseModel):
    title: str = "?"


class Request(BaseModel):
    model_config = ConfigDict(extra="forbid")

    directory: Path
    year: Annotated[int, Field(ge=1888)] = 1999
    movie: Movie = Movie()

    @computed_field  # type: ignore[prop-decorator]
    @property
    def decade(self) -> int:
        return self.year // 10 * 10


@pytest.fixture
def scan(app: Celery) -> Any:
    @app.task(name="scan-movie", payload=Request, bind=True)
    def scan(self: Any, request: Request) -> list[object]:
        """Scan it."""
        return [self.name, type(request).__name__, str(request.directory), request.decade]

    return scan


def sent(rows: Rows) -> list[Any]:
    return [json.loads(payload)[:2] for (payload,) in rows(BODY)]


def test_all_ways_to_send_it_are_the_same_on_the_wire(scan: Any, rows: Rows) -> None:
    scan.delay(directory="/a")
    scan.delay(Request(directory=Path("/a")))
    scan.delay({"directory": "/a"})
    scan.delay({"directory": "/b"}, directory="/a")
    scan.apply_async(kwargs={"directory": Path("/a"), "movie": Movie()})
    scan.s(directory="/a").delay()
    scan.s(Request(directory=Path("/a"))).apply_async()
    scan.si({"directory": "/a"}).delay()

    wire = {"directory": "/a", "year": 1999, "movie": {"title": "?"}}
    assert sent(rows) == [[[], wire]] * 8


@pytest.mark.parametrize(
    ("args", "kwargs", "message"),
    [
        ((), {}, "scan-movie: directory: Field required"),
        (
            (),
            {"directory": "/a", "year": "soon"},
            "scan-movie: year: Input should be a valid integer, unable to parse string as an "
            "integer",
        ),
        (
            (),
            {"directory": "/a", "year": 3, "movie": {"title": None}},
            "scan-movie: year: Input should be greater than or equal to 1888; "
            "movie.title: Input should be a valid string",
        ),
        (
            (),
            {"directory": "/a", "yaer": 1999},
            "scan-movie: yaer: Extra inputs are not permitted",
        ),
        (
            ("/a",),
            {},
            "scan-movie: takes its fields by name, or one dict or Request, not (str); in a chain, "
            ".si() takes no result from the task before",
        ),
        (
            ({}, 5),
            {},
            "scan-movie: takes its fields by name, or one dict or Request, not (dict, int); "
            "in a chain, .si() takes no result from the task before",
        ),
    ],
)
def test_a_wrong_one_is_refused_when_it_is_sent(
    scan: Any, path: Path, args: Any, kwargs: Any, message: str
) -> None:
    for send in (scan.delay, scan, lambda *args, **kwargs: scan.s(*args, **kwargs).delay()):
        with pytest.raises(InvalidPayload) as refused:
            send(*args, **kwargs)
        assert str(refused.value) == message
        assert isinstance(refused.value, ValueError)
    assert not path.exists(), "nothing was sent"


def test_a_model_that_was_never_validated_is_refused_too(app: Celery, rows: Rows) -> None:
    class Wrong(BaseModel):
        year: int

    @app.task(name="scan", payload=Wrong)
    def scan(request: Wrong) -> None: ...

    with pytest.raises(InvalidPayload, match="scan: year: Input should be a valid integer"):
        scan.delay(Wrong.model_construct(year=[]))


def test_the_values_are_not_told(app: Celery) -> None:
    class Login(BaseModel):
        password: Annotated[str, Field(max_length=3)]

    @app.task(name="login", payload=Login)
    def login(request: Login) -> None: ...

    with pytest.raises(InvalidPayload) as refused:
        login.delay(password="hunter2")
    assert "hunter2" not in str(refused.value)


def test_a_rule_of_the_whole_model(app: Celery) -> None:
    class Range(BaseModel):
        first: int
        last: int

        @model_validator(mode="after")
        def in_order(self) -> "Range":
            if self.last < self.first:
                raise ValueError("last is before first")
            return self

    @app.task(name="range", payload=Range)
    def count(request: Range) -> int:
        return request.last - request.first

    with pytest.raises(InvalidPayload, match=r"^range: Value error, last is before first$"):
        count.delay(first=2, last=1)
    assert count(first=1, last=2) == 1


def test_a_direct_call_and_an_eager_one(app: Celery, scan: Any) -> None:
    expected = ["scan-movie", "Request", "/a", 1990]
    assert scan(directory="/a") == expected
    assert scan(Request(directory=Path("/a"))) == expected
    assert scan.apply(kwargs={"directory": "/a"}).get() == expected
    assert scan.apply((Request(directory=Path("/a")),)).get() == expected

    app.conf.task_always_eager = True
    assert scan.delay(directory="/a").get() == expected
    with pytest.raises(InvalidPayload):
        scan.delay(year=1999)
    failed = scan.apply(kwargs={"year": 1999})
    assert failed.state == "FAILURE"
    assert str(failed.result) == "scan-movie: directory: Field required"


def test_one_task_calls_another_directly(app: Celery, scan: Any) -> None:
    @app.task(name="outer", payload=Movie)
    def outer(movie: Movie) -> list[object]:
        return [movie.title, *scan(directory="/a"), movie.title]

    assert outer(title="Heat")[::4] == ["Heat", 1990]


def test_the_task_keeps_its_name_and_its_words(scan: Any) -> None:
    assert (scan.name, scan.__doc__, scan.run.__name__) == ("scan-movie", "Scan it.", "scan")


def test_a_class_based_task(app: Celery, rows: Rows) -> None:
    class Scan(app.Task):  # type: ignore[name-defined,misc]
        name = "scan"
        payload = Movie

        def run(self, movie: Movie) -> str:
            return f"{self.name} {movie.title}"

    class Quiet(Scan):
        name = "quiet"

        def run(self, movie: Movie) -> str:
            return movie.title.lower()

    scan, quiet = app.register_task(Scan()), app.register_task(Quiet())

    assert scan(title="Heat") == "scan Heat"
    assert quiet({"title": "Heat"}) == "heat"
    with pytest.raises(InvalidPayload):
        quiet.delay(title=1)


def test_an_alias_is_the_name_on_the_wire(app: Celery, rows: Rows) -> None:
    class Event(BaseModel):
        kind: str = Field(alias="eventType")

    @app.task(name="event", payload=Event, limit_on=("eventType",))
    def event(request: Event) -> str:
        return request.kind

    event.delay(eventType="Download")

    assert sent(rows) == [[[], {"eventType": "Download"}]]
    assert event(**sent(rows)[0][1]) == "Download"


def test_a_strict_model_takes_back_what_it_wrote(app: Celery, rows: Rows) -> None:
    class Strict(BaseModel):
        model_config = ConfigDict(strict=True)
        at: datetime

    @app.task(name="strict", payload=Strict)
    def strict(request: Strict) -> bool:
        return request.at == at

    at = datetime(1999, 1, 1, tzinfo=UTC)
    strict.delay(at=at)

    assert sent(rows) == [[[], {"at": "1999-01-01T00:00:00Z"}]]
    assert strict(**sent(rows)[0][1])


def test_a_class_that_is_not_pydantics(app: Celery, rows: Rows) -> None:
    class Plain:
        def __init__(self, year: int) -> None:
            self.year = year

        @classmethod
        def model_validate(cls, fields: dict[str, Any]) -> "Plain":
            if set(fields) != {"year"}:
                raise ValueError("takes a year")
            return cls(**fields)

        def model_dump(self, **_: object) -> dict[str, int]:
            return {"year": self.year}

    @app.task(name="plain", payload=Plain, unique="until_done", unique_on=("year",))
    def plain(request: Plain) -> int:
        return request.year

    assert plain.delay(year=1999).id == plain.delay(Plain(1999)).id
    assert plain(year=1) == 1
    with pytest.raises(InvalidPayload, match=r"^plain: takes a year$"):
        plain.delay(month=1)


@pytest.mark.parametrize("payload", [dict, Request(directory=Path("/a")), "Request"])
def test_what_is_no_model_is_told_when_the_task_is_made(app: Celery, payload: object) -> None:
    with pytest.raises(ImproperlyConfigured, match="payload must be a pydantic model"):

        @app.task(name="scan", lazy=False, payload=payload)
        def scan(request: object) -> None: ...


def test_a_model_that_cannot_read_what_it_writes(app: Celery) -> None:
    class Event(BaseModel):
        kind: str = Field(validation_alias=AliasChoices("kind", "type"))

    with pytest.raises(ImproperlyConfigured, match="'kind' is read by the name"):

        @app.task(name="event", lazy=False, payload=Event)
        def event(request: Event) -> None: ...


def test_names_that_are_no_fields(app: Celery) -> None:
    options = {"payload": Request, "unique": "until_done", "unique_on": ("path",)}
    with pytest.raises(ImproperlyConfigured, match="names 'path', but the arguments are directory"):

        @app.task(name="scan", lazy=False, **options)
        def scan(request: Request) -> None: ...


def test_a_signature_in_a_chain_holds_no_model(scan: Any, rows: Rows) -> None:
    chain(scan.s(Request(directory=Path("/a"))), scan.si(directory="/b", movie=Movie())).delay()

    assert len(rows(BODY)) == 1


def test_a_secret_is_no_payload(app: Celery, rows: Rows) -> None:
    """What pydantic writes of it are stars; docs/payloads.md says so."""

    class Login(BaseModel):
        password: SecretStr

    @app.task(name="login", payload=Login)
    def login(request: Login) -> None: ...

    login.delay(password="hunter2")

    assert sent(rows) == [[[], {"password": "**********"}]]
