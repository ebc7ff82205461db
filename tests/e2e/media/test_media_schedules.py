"""The schedules that come with the program: after a time off each job is made up for once."""

from collections import Counter
from datetime import UTC, datetime

from sqlite_transport.jobs import Schedule

from ..local.waiting import eventually, never
from .bodies import download, make_video
from .household import Household
from .installation import PATIENCE, Installation

NAME = "The Matrix (1999)"
SCHEDULED = {
    "cache-orphan-cleanup",
    "cache-soft-delete-expiration",
    "scheduled-cleanup",
    "scheduled-file-scan",
    "scheduled-provider-update",
    "scheduled-verification",
}
DAY = 24 * 3600
# One of them runs once a week.
OFF = 8 * DAY


def entries(installation: Installation) -> dict[str, Schedule]:
    return {entry.name: entry for entry in installation.jobs.schedules()}


def far_away(now: datetime) -> str:
    """Return the tables of schedules that are due at no time that is near."""
    hour, weekday = (now.hour + 12) % 24, (now.isoweekday() + 3) % 7
    crons = dict.fromkeys(SCHEDULED, f"0 {hour} * * *")
    crons["scheduled-verification"] = f"0 {hour} * * {weekday}"
    tables = (f'[schedules.{name}]\ncron = "{cron}"\n' for name, cron in crons.items())
    return "".join(tables)


def be_off(installation: Installation, seconds: float) -> None:
    """Have all that was dealt with be longer ago."""
    sql = "UPDATE schedule SET last_run_at = last_run_at - ?1, due_at = due_at - ?1"
    installation.jobs.broker.database.write(sql, (seconds,))


def test_after_a_time_off_each_scheduled_job_runs_once(
    installation: Installation, house: Household
) -> None:
    # At whatever time of the day the test runs, its own runs are the only ones.
    installation.configure(house.toml + far_away(datetime.now(UTC)))
    make_video(installation.movies / NAME, f"{NAME}.mkv")
    installation.set(scan__quietSeconds=0)
    worker = installation.start_worker()
    installation.chain_of(installation.send("webhook", download(f"/movies/{NAME}")))

    beat = installation.start("beat")
    eventually(
        lambda: set(entries(installation)) == SCHEDULED, PATIENCE, explain=beat.logs_since_start
    )
    assert {entry.run_count for entry in entries(installation).values()} == {0}
    beat.stop()
    be_off(installation, OFF)
    # Somebody has taken a published file away meanwhile.
    (installation.movies / NAME / "poster.jpg").unlink()
    before = len(installation.history())

    beats = [installation.start("beat", "--loglevel", "INFO") for _ in range(2)]
    installation.workers += beats

    def _all_ran() -> bool:
        ended = Counter(job.type for job in installation.history()[before:])
        return all(ended[name] for name in SCHEDULED)

    eventually(_all_ran, PATIENCE, explain=lambda: [each.logs_since_start() for each in beats])
    never(lambda: any(entry.run_count != 1 for entry in entries(installation).values()), 2)
    jobs = installation.settle()[before:]

    assert {job.status for job in jobs} == {"completed"}, [(j.type, j.error) for j in jobs]
    runs = Counter(job.type for job in jobs)
    assert {name: runs[name] for name in SCHEDULED} == dict.fromkeys(SCHEDULED, 1)
    # What they have led to: a walk of each library, and the lost file published anew.
    assert runs["library-scan"] == 2
    assert runs["publish"] >= 1
    assert (installation.movies / NAME / "poster.jpg").exists()
    assert {job.priority for job in jobs if job.type == "publish"} == {8}
    # Nothing is due for hours.
    assert all(beat.status == "running" for beat in beats)
    assert worker.status == "running"

    def _told() -> list[int]:
        logs = "".join(beat.logs_since_start() for beat in beats)
        return [logs.count(f"{name} ({name}): sent as") for name in sorted(SCHEDULED)]

    # A job may have ended before beat has told that it sent it.
    eventually(lambda: all(_told()), PATIENCE, explain=_told)
    assert _told() == [1] * 6
