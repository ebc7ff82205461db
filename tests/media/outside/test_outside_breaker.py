"""The breaker, over the processes that share it."""

import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

import pytest
from fakes import FakeService, Recorded, faults

from media.errors import (
    CircuitOpenError,
    MediaError,
)
from media.library.database import Library
from media.library.models import OutsideService
from media.outside import OutsideClient, Service
from media.outside.limiter import LONGEST_WAIT
from media.outside.turns import Turns
from media.settings import Settings

PROCESSES = 4
# Ask once when told to, and tell what came of it.
ASK_ONCE = """
import sys
from pathlib import Path
from media.errors import MediaError
from media.outside import OutsideClient, Service
from media.settings import Settings

database, url = sys.argv[1:]
print("ready", flush=True)
sys.stdin.readline()
with OutsideClient(Service("shared", url), Settings(library_database=Path(database))) as client:
    try:
        client.get_json("/")
        print("answered")
    except MediaError as error:
        print(type(error).__name__)
"""


class Fine(FakeService):
    def answer(self, request: Recorded) -> Any:
        return {}


@pytest.fixture
def fine() -> Iterator[Fine]:
    with Fine() as service:
        yield service


@pytest.fixture
def client(fine: Fine, settings: Settings) -> Iterator[OutsideClient]:
    with OutsideClient(Service("shared", fine.url), settings) as client:
        yield client


def ask(client: OutsideClient, times: int = 1) -> list[str]:
    came = []
    for _ in range(times):
        try:
            client.get_json("/")
            came.append("answered")
        except MediaError as error:
            came.append(type(error).__name__)
    return came


def start_asking(library: Library, fine: Fine) -> "subprocess.Popen[str]":
    command = [sys.executable, "-c", ASK_ONCE, str(library.database), fine.url]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def asked_by_all(processes: list["subprocess.Popen[str]"]) -> list[str]:
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    return sorted(process.communicate(timeout=300)[0].strip() for process in processes)


def change(library: Library, **values: float) -> None:
    with library.writing() as session:
        row = session.get_one(OutsideService, "shared")
        for key, value in values.items():
            setattr(row, key, value)


def break_it(client: OutsideClient, fine: Fine) -> None:
    fine.fail_with(faults.status(500), times=5)
    ask(client, 5)
    fine.requests.clear()


@pytest.fixture
def standing_still(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no time pass, however long what is asked takes."""
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now)


def let_the_time_pass(library: Library) -> None:
    change(library, open_until=time.time() - 1)


@pytest.mark.usefixtures("standing_still")
@pytest.mark.parametrize("fault", [faults.status(500), faults.status(503), faults.closing()])
def test_five_failures_in_a_row_open_it(
    client: OutsideClient, fine: Fine, fault: faults.Fault
) -> None:
    fine.fail_with(fault)
    assert ask(client, 5)[-1] in {"ServiceFailedError", "ServiceUnreachableError"}
    with pytest.raises(CircuitOpenError, match=r"5 times in a row.*GET /") as refusal:
        client.get_json("/")
    assert refusal.value.retry_after == pytest.approx(60)
    assert len(fine.requests) == 5


def test_timeouts_open_it_too(fine: Fine, settings: Settings) -> None:
    fine.fail_with(faults.dripping())
    http = {"total_timeout_seconds": 0.2, "read_timeout_seconds": 0.2}
    impatient = settings.model_validate({**settings.model_dump(), "http": http})
    with OutsideClient(Service("shared", fine.url, failures=2), impatient) as client:
        assert ask(client, 3) == ["ServiceTimedOutError"] * 2 + ["CircuitOpenError"]


def test_it_is_open_for_every_process(client: OutsideClient, fine: Fine, library: Library) -> None:
    # They start before it opens: it does not stay open for long.
    processes = [start_asking(library, fine) for _ in range(2)]
    break_it(client, fine)
    assert asked_by_all(processes) == ["CircuitOpenError"] * 2
    assert fine.requests == []


def test_failures_of_several_processes_count_together(fine: Fine, library: Library) -> None:
    fine.fail_with(faults.status(500))
    processes = [start_asking(library, fine) for _ in range(6)]
    assert asked_by_all(processes[:5]) == ["ServiceFailedError"] * 5
    assert asked_by_all(processes[5:]) == ["CircuitOpenError"]


@pytest.mark.parametrize(
    "fault",
    [
        faults.status(404),
        faults.status(401),
        faults.status(422),
        faults.status(429, retry_after="0"),
        faults.wrong_type(),
        faults.broken_json(),
    ],
)
def test_a_service_that_answers_has_not_failed(
    client: OutsideClient, fine: Fine, fault: faults.Fault
) -> None:
    fine.fail_with(fault)
    assert "CircuitOpenError" not in ask(client, 7)


def test_an_answer_between_failures_starts_the_count_anew(
    client: OutsideClient, fine: Fine
) -> None:
    for between in (None, faults.status(404)):
        fine.fail_with(faults.status(500), times=4)
        if between:
            fine.fail_with(between, times=1)
        ask(client, 5)
    assert ask(client) == ["answered"]


def test_another_service_is_not_concerned(
    client: OutsideClient, fine: Fine, settings: Settings
) -> None:
    break_it(client, fine)
    with OutsideClient(Service("other", fine.url), settings) as other:
        assert ask(other) == ["answered"]


def test_one_process_alone_tries_again(client: OutsideClient, fine: Fine, library: Library) -> None:
    break_it(client, fine)
    processes = [start_asking(library, fine) for _ in range(PROCESSES)]
    fine.fail_with(faults.status(500))
    let_the_time_pass(library)
    came = asked_by_all(processes)
    assert came == ["CircuitOpenError"] * (PROCESSES - 1) + ["ServiceFailedError"]
    assert len(fine.requests) == 1


def test_a_probe_that_is_answered_closes_it(
    client: OutsideClient, fine: Fine, library: Library
) -> None:
    break_it(client, fine)
    let_the_time_pass(library)
    assert ask(client, 3) == ["answered"] * 3


@pytest.mark.usefixtures("standing_still")
def test_a_probe_that_fails_opens_it_again(
    client: OutsideClient, fine: Fine, library: Library
) -> None:
    break_it(client, fine)
    let_the_time_pass(library)
    fine.fail_with(faults.status(500), times=1)
    assert ask(client, 3) == ["ServiceFailedError", "CircuitOpenError", "CircuitOpenError"]
    with pytest.raises(CircuitOpenError) as refusal:
        client.get_json("/")
    assert refusal.value.retry_after == pytest.approx(60)


@pytest.mark.usefixtures("standing_still")
def test_a_failed_probe_begins_the_whole_time_anew(library: Library) -> None:
    turns = Turns(library, Service("shared", "http://host", failures=1, open_seconds=600))
    turns.failed(turns.take(1), "down")
    let_the_time_pass(library)
    turns.failed(turns.take(1), "still down")
    with pytest.raises(CircuitOpenError, match="still down") as refusal:
        turns.take(1)
    assert refusal.value.retry_after == pytest.approx(600)


def test_a_probe_that_is_refused_closes_it_and_blocks(
    client: OutsideClient, fine: Fine, library: Library
) -> None:
    break_it(client, fine)
    let_the_time_pass(library)
    fine.fail_with(faults.status(429, retry_after="500"), times=1)
    assert ask(client, 2) == ["RateLimitedError"] * 2


@pytest.mark.usefixtures("standing_still")
def test_while_one_probes_the_others_stay_away(library: Library) -> None:
    turns = Turns(library, Service("shared", "http://host", failures=1, open_seconds=0))
    turns.failed(turns.take(1), "down")
    probe = turns.take(30)
    assert probe.probe is not None
    with pytest.raises(CircuitOpenError) as refusal:
        turns.take(30)
    assert refusal.value.retry_after == pytest.approx(LONGEST_WAIT + 30)
    turns.succeeded(probe)
    assert turns.take(30).probe is None


def test_a_probe_whose_process_died_is_replaced(library: Library) -> None:
    turns = Turns(library, Service("shared", "http://host", failures=1, open_seconds=0))
    turns.failed(turns.take(1), "down")
    dead = turns.take(30)
    change(library, probe_until=time.time() - 1)
    second = turns.take(30)
    assert second.probe is not None
    # The first one was only slow after all: it has no say any more.
    turns.succeeded(dead)
    with pytest.raises(CircuitOpenError):
        turns.take(30)
    turns.succeeded(second)
    assert turns.take(30).probe is None


def test_a_probe_that_was_broken_off_is_free_at_once(
    client: OutsideClient, fine: Fine, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    break_it(client, fine)
    let_the_time_pass(library)

    def broken_off(*_arguments: object, **_more: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("media.outside.exchange.Exchange._open", broken_off)
        with pytest.raises(KeyboardInterrupt):
            client.get_json("/")
    assert ask(client) == ["answered"]


def test_a_late_success_does_not_close_it(library: Library) -> None:
    turns = Turns(library, Service("shared", "http://host", failures=2))
    turns.failed(turns.take(1), "down")
    slow = turns.take(1)
    turns.failed(turns.take(1), "down")
    turns.succeeded(slow)
    with pytest.raises(CircuitOpenError):
        turns.take(1)


def test_who_waits_while_it_opens_does_not_ask(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    turns = Turns(library, Service("shared", "http://host", requests_per_second=1, failures=1))
    first = turns.take(1)

    def meanwhile(_seconds: float) -> None:
        monkeypatch.undo()
        turns.failed(first, "down")

    # However late the second one comes, it has to wait.
    monkeypatch.setattr(time, "time", lambda: first.at)
    monkeypatch.setattr(time, "sleep", meanwhile)
    with pytest.raises(CircuitOpenError):
        turns.take(1)


@pytest.mark.parametrize("column", ["open_until", "probe_until"])
def test_a_clock_that_was_put_back_leaves_nobody_alone_for_ever(
    client: OutsideClient, fine: Fine, library: Library, column: str
) -> None:
    break_it(client, fine)
    change(library, **{"open_until": 0.0, column: time.time() + 1_000_000})
    assert ask(client, 2) == ["answered"] * 2
