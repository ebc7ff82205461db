"""When it is shipped, and what a database that is away changes."""

import time
from pathlib import Path

import pytest
from ended_jobs import EVERYTHING, PATIENCE, Rows, end_jobs, history, wait_for

from sqlite_transport import shipper, upkeep
from sqlite_transport.broker import Broker
from sqlite_transport.errors import Unavailable
from sqlite_transport.outbox import Outbox
from sqlite_transport.retention import Retention
from sqlite_transport.shipper import Shipper


def test_upkeep_ships_and_does_not_prune_the_file(broker: Broker, history_url: str) -> None:
    broker.retain({**EVERYTHING, "completed": Retention(seconds=60)}, history_url)
    end_jobs(broker, 1)
    rounds = upkeep.Upkeep(broker, 5)
    rounds.run()
    wait_for(lambda: broker.database.read("SELECT count(*) FROM job") == [(0,)])
    rounds.close()


def test_an_idle_file_needs_no_round(broker: Broker, monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[object] = []
    ship = Shipper(broker)
    ship._prune_at = time.monotonic() + 1000
    monkeypatch.setattr(ship, "round", lambda: begun.append(1))
    ship.tick(changed=False)
    assert ship._thread is None
    ship.tick(changed=True)
    ship.finish()
    assert len(begun) == 2


def test_one_round_at_a_time(broker: Broker, monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[object] = []
    ship = Shipper(broker)
    go_on = shipper.threading.Event()
    monkeypatch.setattr(ship, "round", lambda: (begun.append(1), go_on.wait(PATIENCE)))
    ship.tick(changed=True)
    wait_for(lambda: begun)
    ship.tick(changed=True)
    assert len(begun) == 1
    go_on.set()
    wait_for(lambda: not ship._is_at_work())
    ship.tick(changed=False)
    wait_for(lambda: len(begun) == 2)


def test_a_round_that_is_stopped_leaves_the_rest(
    broker: Broker, history_url: str, rows: Rows
) -> None:
    end_jobs(broker, 1)
    ship = Shipper(broker)
    ship._stopping = True
    ship.round()
    assert rows("SELECT count(*) FROM job") == [(1,)]
    assert ship._behind
    ship.tick(changed=False)
    wait_for(lambda: rows("SELECT count(*) FROM job") == [(0,)])


def test_a_database_that_is_away(
    broker: Broker,
    tmp_path: Path,
    rows: Rows,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What has ended waits in the file, however old; tries grow apart."""
    monkeypatch.setattr(shipper, "BACK_OFF", 0.01)
    url = f"sqlite:///{tmp_path}/away/history.db"
    broker.retain({**EVERYTHING, "completed": Retention(seconds=60)}, url)
    end_jobs(broker, 3)
    ship = Shipper(broker)
    for _ in range(3):
        wait_for(lambda: time.monotonic() >= ship._not_before)
        ship.tick(changed=False)
        wait_for(lambda: not ship._is_at_work())
    assert ship._back_off == pytest.approx(0.08)
    assert "The history waits in the queue's file" in caplog.text
    assert "Traceback" not in caplog.text
    assert rows("SELECT count(*) FROM job") == [(3,)]
    broker.retain(EVERYTHING, url)
    (tmp_path / "away").mkdir()
    wait_for(lambda: time.monotonic() >= ship._not_before)
    ship.tick(changed=False)
    wait_for(lambda: rows("SELECT count(*) FROM job") == [(0,)])
    assert len(history(url)) == 3
    wait_for(lambda: ship._back_off == shipper.BACK_OFF)


def test_an_error_nobody_thought_of_is_told_whole(
    broker: Broker, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    ship = Shipper(broker)
    monkeypatch.setattr(ship._outbox, "take", lambda: 1 / 0)
    ship._try_round()
    assert "ZeroDivisionError" in caplog.text


def test_it_fails_in_the_middle_and_is_done_again(
    broker: Broker, history_url: str, rows: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    end_jobs(broker, 2)
    with monkeypatch.context() as patch:
        patch.setattr(Outbox, "remove", fail)
        with pytest.raises(Unavailable):
            Shipper(broker).round()
    assert len(history(history_url)) == 2
    Shipper(broker).round()
    assert len(history(history_url)) == len(history(history_url, "job_attempt")) == 2
    assert rows("SELECT count(*) FROM job") == [(0,)]


def fail(*_: object) -> None:
    raise Unavailable("gone")
