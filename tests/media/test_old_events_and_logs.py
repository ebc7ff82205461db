"""What `scheduled-cleanup` takes away of webhooks, walks and logs."""

import os
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from media.cleanup import remove_old_events, remove_old_logs
from media.library.database import Library
from media.library.models import Batch, Directory, WebhookEvent
from media.settings import Settings

DAY = timedelta(days=1)


def webhook(ago: timedelta) -> WebhookEvent:
    return WebhookEvent(
        source="radarr",
        instance="Radarr",
        event_type="Download",
        fingerprint="f",
        payload={"eventType": "Download"},
        outcome="scan-queued",
        received_at=datetime.now(UTC) - ago,
    )


def walk(name: str, ago: timedelta) -> Batch:
    return Batch(id=name, library="movies", total=1, started_at=datetime.now(UTC) - ago)


def test_webhooks_go_when_they_are_old_enough(settings: Settings, library: Library) -> None:
    assert remove_old_events(settings) == 0
    days = settings.retention.webhooks_days
    with library.writing() as session:
        session.add_all([webhook((days + 1) * DAY), webhook(400 * DAY), webhook((days - 1) * DAY)])
    assert remove_old_events(settings) == 2
    assert remove_old_events(settings) == 0
    with library.reading() as session:
        (left,) = session.scalars(select(WebhookEvent))
        assert datetime.now(UTC) - left.received_at < days * DAY


def test_a_walk_goes_when_no_directory_is_of_it_any_more(
    settings: Settings, library: Library
) -> None:
    with library.writing() as session:
        session.add_all([walk("over", 91 * DAY), walk("named", 91 * DAY), walk("new", DAY)])
        session.flush()
        session.add(Directory(path="/movies/X", library="movies", batch_id="named"))
    assert remove_old_events(settings) == 0, "walks are not counted"
    with library.reading() as session:
        assert set(session.scalars(select(Batch.id))) == {"named", "new"}


@pytest.fixture
def logs(root: Path) -> Path:
    logs = root / "logs"
    logs.mkdir()
    return logs


def keeping(settings: Settings, logs: Path | None, **retention: Any) -> Settings:
    return settings.model_copy(
        update={
            "retention": settings.retention.model_copy(update={"log_directory": logs, **retention})
        }
    )


def old(path: Path, days: float = 15) -> Path:
    path.write_text("a line\n")
    then = time.time() - days * 86_400
    os.utime(path, (then, then), follow_symlinks=False)
    return path


def test_log_files_that_nobody_writes_to_go(settings: Settings, logs: Path) -> None:
    gone = [old(logs / name) for name in ("worker.log", "worker.log.1", "beat.log.2026-01-01.gz")]
    # This one has both endings, and is one file.
    gone.append(old(logs / "a.log.log"))
    stay = [old(logs / "worker2.log", days=13), old(logs / "notes.txt"), old(logs / "log")]
    (logs / "old.log").mkdir()
    (logs / "below").mkdir()
    stay.append(old(logs / "below" / "deep.log"))
    assert remove_old_logs(keeping(settings, logs)) == 4
    assert not any(path.exists() for path in gone)
    assert all(path.exists() for path in stay)
    assert (logs / "old.log").is_dir()
    assert remove_old_logs(keeping(settings, logs, log_days=12)) == 1


def test_links_are_left_alone(settings: Settings, logs: Path, root: Path) -> None:
    real = old(root / "real.txt")
    link = logs / "link.log"
    link.symlink_to(real)
    (logs / "nowhere.log").symlink_to(root / "nowhere")
    assert remove_old_logs(keeping(settings, logs)) == 0
    assert real.exists()
    assert link.is_symlink()


def test_without_a_directory_no_log_goes(settings: Settings, root: Path) -> None:
    assert remove_old_logs(keeping(settings, None)) == 0
    assert remove_old_logs(keeping(settings, root / "nowhere")) == 0


@pytest.mark.parametrize("looks", [1, 2])
def test_a_log_that_goes_at_that_moment_is_no_failure(
    settings: Settings, logs: Path, monkeypatch: pytest.MonkeyPatch, looks: int
) -> None:
    first, second = old(logs / "a.log"), old(logs / "b.log")
    stat, looked = Path.stat, []

    def _stat(path: Path, **options: Any) -> os.stat_result:
        status = stat(path, **options)
        if path == first:
            looked.append(path)
            if len(looked) == looks:
                first.unlink()
        return status

    monkeypatch.setattr(Path, "stat", _stat)
    remove_old_logs(keeping(settings, logs))
    assert not second.exists()


@pytest.mark.usefixtures("bound_by_permissions")
def test_a_log_that_may_not_be_deleted_stays(settings: Settings, logs: Path) -> None:
    path = old(logs / "a.log")
    logs.chmod(0o500)
    try:
        assert remove_old_logs(keeping(settings, logs)) == 0
    finally:
        logs.chmod(0o700)
    assert path.exists()
