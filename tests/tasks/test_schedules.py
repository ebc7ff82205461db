"""When the scheduled jobs run, and what wrong settings lead to."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import update

from media.errors import SettingsError
from media.library.database import Library
from media.library.models import Setting
from media.phases import PhaseConfiguration
from media.settings import ScheduleSettings, Settings
from tasks.schedules import beat_schedule, schedules
from tasks.start import checked_settings, refuse_wrong_settings

CHECKOUT = Path(__file__).parents[2]
DEFAULTS = {
    "scheduled-file-scan": "0 2 * * *",
    "cache-orphan-cleanup": "0 3 * * *",
    "cache-soft-delete-expiration": "0 3 * * *",
    "scheduled-cleanup": "30 3 * * *",
    "scheduled-provider-update": "0 4 * * *",
    "scheduled-verification": "0 5 * * 0",
}


def with_schedules(timezone: str = "UTC", **changes: dict[str, object]) -> Settings:
    named = {name.replace("_", "-"): change for name, change in changes.items()}
    return Settings.model_validate({"timezone": timezone, "schedules": named})


def test_the_scheduled_jobs_have_their_times() -> None:
    assert {name: each.cron for name, each in schedules(Settings()).items()} == DEFAULTS
    sent = beat_schedule(Settings())
    assert {name: entry["task"] for name, entry in sent.items()} == {
        name: name for name in DEFAULTS
    }
    assert sent["cache-soft-delete-expiration"]["kwargs"] == {"retentionDays": 30}


def test_settings_change_times_zones_and_whether_a_job_runs() -> None:
    settings = with_schedules(
        "Europe/Berlin",
        scheduled_file_scan={"cron": "*/5 * * * *", "timezone": "Asia/Tokyo"},
        scheduled_verification={"enabled": False},
    )
    found = schedules(settings)
    assert (found["scheduled-file-scan"].cron, found["scheduled-file-scan"].timezone) == (
        "*/5 * * * *",
        "Asia/Tokyo",
    )
    assert found["scheduled-cleanup"].timezone == "Europe/Berlin"
    assert set(beat_schedule(settings)) == set(DEFAULTS) - {"scheduled-verification"}


def test_every_mistake_in_a_schedule_is_told() -> None:
    settings = with_schedules(
        scheduled_cleanup={"cron": "61 * * * *"},
        scheduled_coffee={"cron": "0 7 * * *"},
    )
    with pytest.raises(SettingsError) as raised:
        beat_schedule(settings)
    coffee, cleanup = str(raised.value).splitlines()
    assert coffee.startswith("schedules.scheduled-coffee: no such scheduled job")
    assert cleanup.startswith("schedules.scheduled-cleanup.cron: '61 * * * *'")
    assert ScheduleSettings(cron="0 7 * * *").enabled


def test_what_is_wrong_with_schedules_is_told_with_all_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    text = '[libraries]\na = "smb://nas"\n[schedules.scheduled-cleanup]\ncron = "{}"\n'
    # What is not known of the time zone says nothing of the rest.
    (tmp_path / "media.toml").write_text('timezone = "Mars"\n' + text.format("61 * * * *"))
    with pytest.raises(SettingsError) as raised:
        checked_settings()
    library, time_zone, schedule = str(raised.value).splitlines()
    assert library.startswith("libraries.a.path")
    assert time_zone.startswith("timezone")
    assert schedule.startswith("schedules.scheduled-cleanup.cron: '61 * * * *'")
    for right_or_told_already in ("1 * * * *", "1 *"):
        (tmp_path / "media.toml").write_text(text.format(right_or_told_already))
        with pytest.raises(SettingsError) as raised:
            checked_settings()
        assert len(str(raised.value).splitlines()) == (2 if right_or_told_already == "1 *" else 1)


def test_what_is_probably_a_mistake_is_told_when_a_program_begins(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "media.toml").write_text('[libraries]\na = "a"\n')
    refuse_wrong_settings()
    assert capsys.readouterr().err == ""
    PhaseConfiguration(Library(tmp_path / "library.db")).set({"phase.scan.quietSeconds": 1})
    with Library(tmp_path / "library.db").writing() as session:
        session.execute(update(Setting).values(key="phase.scan.quiet"))
    monkeypatch.setenv("MEDIA_TIME_ZONE", "Mars")
    refuse_wrong_settings()
    heading, variable, row = capsys.readouterr().err.splitlines()
    assert heading == "Is this what you mean?"
    assert "MEDIA_TIME_ZONE sets nothing" in variable
    assert "'phase.scan.quiet' of the table settings sets nothing" in row


@pytest.mark.parametrize("program", ["worker", "beat"])
def test_neither_worker_nor_beat_begins_with_wrong_settings(tmp_path: Path, program: str) -> None:
    (tmp_path / "media.toml").write_text('timezone = "Mars"\n[libraries]\na = "smb://nas"\n')
    command = [sys.executable, "-m", "celery", "-A", "tasks", program]
    environment = {k: v for k, v in os.environ.items() if not k.startswith("MEDIA_")}
    ended = subprocess.run(
        command,
        check=False,
        capture_output=True,
        text=True,
        timeout=300,
        cwd=tmp_path,
        env=environment | {"PYTHONPATH": str(CHECKOUT)},
    )
    assert ended.returncode == 2, ended.stderr
    assert "libraries.a.path (MEDIA_LIBRARIES__A__PATH)" in ended.stderr
    assert "timezone (MEDIA_TIMEZONE): 'Mars' is no time zone" in ended.stderr
    assert "Traceback" not in ended.stderr
