import logging
import socket
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from fakes import FakeService, Recorded, faults

from media.errors import (
    InvalidAnswerError,
    LastingError,
    MediaError,
    NotFoundAtServiceError,
    PassingError,
    RateLimitedError,
    ServiceFailedError,
    ServiceRefusedError,
    ServiceTimedOutError,
    ServiceUnreachableError,
    SettingsError,
)
from media.outside import OutsideClient, Service
from media.settings import Settings

SECRET = "top-secret-0123456789"
#: For what is not about time, for a service that says nothing, and for one that is never done.
PATIENT = {"read_timeout_seconds": 60, "total_timeout_seconds": 90, "connect_timeout_seconds": 60}
SILENT = {**PATIENT, "read_timeout_seconds": 0.5}
ENDLESS = {**PATIENT, "read_timeout_seconds": 1, "total_timeout_seconds": 1}
MEGABYTE = 1_000_000


class Echo(FakeService):
    """Answers with what it was asked."""

    def answer(self, request: Recorded) -> Any:
        return {
            "method": request.method,
            "path": request.path,
            "query": dict(request.query),
            "headers": dict(request.headers),
            "body": request.body.decode(),
        }


@pytest.fixture
def echo() -> Iterator[Echo]:
    with Echo() as service:
        yield service


def client_of(
    echo: Echo, settings: Settings, http: dict[str, Any] | None = None, **more: Any
) -> OutsideClient:
    settings = settings.model_validate({**settings.model_dump(), "http": http or PATIENT})
    return OutsideClient(Service("echo", f"{echo.url}/base/"), settings, **more)


def raised_by(client: OutsideClient) -> MediaError:
    with client, pytest.raises(MediaError) as failure:
        client.get_json("/thing", {"api_key": SECRET})
    return failure.value


def test_a_request_says_what_it_should(echo: Echo, settings: Settings) -> None:
    with client_of(echo, settings, headers={"X-Key": SECRET}) as client:
        answer = client.get_json(
            "/a thing", {"q": "Amélie & co", "page": 2}, headers={"X-More": "1"}
        )
    assert answer["method"] == "GET"
    assert answer["path"] == "/base/a thing"
    assert answer["query"] == {"q": "Amélie & co", "page": "2"}
    assert answer["headers"]["x-key"] == SECRET
    assert answer["headers"]["x-more"] == "1"
    assert answer["headers"]["user-agent"] == "sqlite-transport-media"
    assert "content-length" not in answer["headers"]


def test_a_body_is_sent_as_json(echo: Echo, settings: Settings) -> None:
    with client_of(echo, settings) as client:
        answer = client.post_json("things", {"name": "Ünal"})
    assert answer["method"] == "POST"
    assert answer["body"] == '{"name":"Ünal"}'
    assert answer["headers"]["content-type"] == "application/json"


def test_an_empty_answer_to_a_post_is_none(echo: Echo, settings: Settings) -> None:
    echo.fail_with(faults.status(204, body=""))
    with client_of(echo, settings) as client:
        assert client.post_json("/things", {}) is None


@pytest.mark.parametrize("place", ["argument", "address"])
def test_a_user_is_named_by_basic_authentication(
    echo: Echo, settings: Settings, place: str
) -> None:
    if place == "argument":
        client = client_of(echo, settings, auth=("kodi", SECRET))
    else:
        address = echo.url.replace("//", f"//kodi:{SECRET}@")
        client = OutsideClient(Service("echo", address), settings)
    with client:
        sent = client.get_json("/")["headers"]["authorization"]
    assert sent == "Basic a29kaTp0b3Atc2VjcmV0LTAxMjM0NTY3ODk="


def test_any_answer_can_be_had_as_it_is(echo: Echo, settings: Settings) -> None:
    echo.fail_with(faults.wrong_type("text/plain", b"OK"))
    with client_of(echo, settings) as client:
        answer = client.request("PUT", "/refresh", body={"x": 1})
    assert (answer.status, answer.content_type, answer.body) == (200, "text/plain", b"OK")
    assert echo.requests[0].method == "PUT"


@pytest.mark.parametrize(
    ("fault", "error", "says"),
    [
        (faults.status(400), ServiceRefusedError, "answered 400"),
        (faults.status(401), ServiceRefusedError, "answered 401"),
        (faults.status(403), ServiceRefusedError, "answered 403"),
        (faults.status(404), NotFoundAtServiceError, "answered 404"),
        (faults.status(410), NotFoundAtServiceError, "answered 410"),
        (faults.status(422, body='{"status_message": "no year"}'), ServiceRefusedError, "no year"),
        (faults.status(429), RateLimitedError, "answered 429"),
        (faults.status(500), ServiceFailedError, "answered 500"),
        (faults.status(503, body='{"message": "asleep"}'), ServiceFailedError, "503: asleep"),
        (faults.status(500, body="<html>"), ServiceFailedError, "answered 500"),
        (faults.redirect("http://example.com/"), ServiceRefusedError, "a redirect"),
        (faults.status(304), ServiceRefusedError, "answered 304"),
        (faults.dripping(), ServiceTimedOutError, "took too long"),
        (faults.truncated(), ServiceUnreachableError, "no whole answer"),
        (faults.cut_chunks(), ServiceUnreachableError, "no whole answer"),
        (faults.closing(), ServiceUnreachableError, "no whole answer"),
        (faults.wrong_type(), InvalidAnswerError, "text/html instead of JSON"),
        (faults.broken_json(), InvalidAnswerError, "broken JSON"),
        (
            faults.wrong_type("application/json", b"[" * 200_000),
            InvalidAnswerError,
            "broken JSON",
        ),
        (faults.huge(), InvalidAnswerError, "more than the 20000000 bytes"),
        (faults.huge(tell=True), InvalidAnswerError, "more than the 20000000 bytes"),
        (faults.bomb(), InvalidAnswerError, "more than the 20000000 bytes"),
    ],
)
def test_every_failure_has_its_name(
    echo: Echo,
    settings: Settings,
    fault: faults.Fault,
    error: type[MediaError],
    says: str,
) -> None:
    echo.fail_with(fault)
    failure = raised_by(
        client_of(echo, settings, ENDLESS if error is ServiceTimedOutError else None)
    )
    assert type(failure) is error
    assert says in str(failure)
    assert "echo" in str(failure)


def test_a_redirect_is_not_followed(echo: Echo, settings: Settings) -> None:
    with Echo() as other:
        echo.fail_with(faults.redirect(f"{other.url}/steal"))
        raised_by(client_of(echo, settings, headers={"Authorization": f"Bearer {SECRET}"}))
        assert other.requests == []


def test_a_service_that_says_nothing_has_timed_out(echo: Echo, settings: Settings) -> None:
    done = threading.Event()
    echo.fail_with(faults.silent(done))
    failure = raised_by(client_of(echo, settings, SILENT))
    done.set()
    assert type(failure) is ServiceTimedOutError


def test_a_service_that_is_not_there_is_unreachable(settings: Settings) -> None:
    # Held, and nobody listens: nobody else's server can be there meanwhile.
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{holder.getsockname()[1]}"
        client = OutsideClient(Service("echo", address), settings)
        assert type(raised_by(client)) is ServiceUnreachableError


def test_a_name_that_nobody_knows_is_unreachable(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def nobody_knows(*_asked: Any, **_options: Any) -> Any:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", nobody_knows)
    client = OutsideClient(Service("echo", "http://no-such-host.invalid"), settings)
    assert type(raised_by(client)) is ServiceUnreachableError


def test_the_service_can_have_a_time_of_its_own(echo: Echo, settings: Settings) -> None:
    done = threading.Event()
    echo.fail_with(faults.silent(done))
    client = OutsideClient(Service("echo", echo.url, timeout_seconds=0.2), settings)
    assert type(raised_by(client)) is ServiceTimedOutError
    done.set()


def test_a_packed_answer_is_unpacked(echo: Echo, settings: Settings) -> None:
    echo.fail_with(faults.bomb(megabytes=1))
    with client_of(echo, settings) as client:
        assert client.request("GET", "/").body == b" " * MEGABYTE
        assert client.request("GET", "/", max_bytes=MEGABYTE).body == b" " * MEGABYTE
        with pytest.raises(InvalidAnswerError):
            client.request("GET", "/", max_bytes=MEGABYTE - 1)


@pytest.mark.parametrize(
    ("said", "seconds"),
    [("7", 7), ("0", 0), ("999999999999999", 3600), ("-5", 10), ("soon", 10), (None, 10)],
)
def test_what_retry_after_says_is_in_the_error(
    echo: Echo, settings: Settings, said: str | None, seconds: float
) -> None:
    echo.fail_with(faults.status(429, retry_after=said))
    failure = raised_by(client_of(echo, settings))
    assert isinstance(failure, PassingError)
    assert failure.retry_after == seconds


def test_a_failed_service_may_say_when_to_come_again(echo: Echo, settings: Settings) -> None:
    echo.fail_with(faults.status(503, retry_after="120"))
    failure = raised_by(client_of(echo, settings))
    assert isinstance(failure, ServiceFailedError)
    assert failure.retry_after == 120


@pytest.mark.parametrize(
    "fault",
    [
        faults.status(401, body=f'{{"status_message": "bad key {SECRET}"}}'),
        faults.status(500, body=f'{{"message": "{SECRET} {SECRET}"}}'),
        faults.redirect(f"http://example.com/?api_key={SECRET}"),
        faults.dripping(),
        faults.closing(),
        faults.wrong_type(SECRET),
    ],
)
def test_no_secret_gets_into_messages_or_logs(
    echo: Echo, settings: Settings, fault: faults.Fault, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    # The fake tells what it was asked for.
    caplog.set_level(logging.CRITICAL, "werkzeug")
    echo.fail_with(fault)
    client = client_of(echo, settings, ENDLESS, headers={"Authorization": f"Bearer {SECRET}"})
    failure = raised_by(client)
    assert SECRET not in str(failure)
    assert failure.__cause__ is None
    assert SECRET not in caplog.text


@pytest.mark.parametrize("more", ["\nX-Evil: 1", "é", "\udcff"])
def test_a_key_that_no_header_can_hold_is_told_without_it(
    echo: Echo, settings: Settings, more: str
) -> None:
    with (
        client_of(echo, settings, headers={"X-Key": SECRET + more}) as client,
        pytest.raises(LastingError) as failure,
    ):
        client.get_json("/")
    assert SECRET not in str(failure.value)
    assert echo.requests == []


def test_what_http_cannot_carry_is_refused(echo: Echo, settings: Settings) -> None:
    with client_of(echo, settings) as client:
        for ask in (
            lambda: client.get_json("/a\nb"),
            lambda: client.get_json("/", {"q": "\udcff"}),
            lambda: client.post_json("/", {"file": "not \udcff UTF-8"}),
        ):
            with pytest.raises(ServiceRefusedError, match="cannot be sent"):
                ask()
    assert echo.requests == []


@pytest.mark.parametrize("address", ["ftp://host/", "host:80", "", "http://", "http://[::1"])
def test_an_address_that_is_none_is_a_wrong_setting(settings: Settings, address: str) -> None:
    with pytest.raises(SettingsError, match="the address of echo"):
        OutsideClient(Service("echo", address), settings)


def test_no_proxy_of_the_environment_is_used(
    echo: Echo, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    with client_of(echo, settings) as client:
        assert client.get_json("/")["method"] == "GET"
