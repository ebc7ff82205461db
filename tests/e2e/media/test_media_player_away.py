"""A player that is away while much happens: one job waits for it, and tells it all."""

import pytest
from sqlalchemy import func, select, update

from media.library.models import OutsideService, PlayerNotice
from sqlite_transport.jobs.job import Job

from ..local.waiting import eventually
from .bodies import episode_imported, make_video
from .household import Household
from .installation import PATIENCE, Installation

EVENTS = 25
# After these the player is given up for a minute.
ATTEMPTS = 5
SHOWS = [f"Show {number:02}" for number in range(EVENTS)]


@pytest.fixture(autouse=True)
def shows(installation: Installation, house: Household) -> None:
    installation.configure(kodi_alone(house))
    for show in SHOWS:
        make_video(installation.directory / "tv" / show / "Season 1", f"{show} - S01E01.mkv")


def kodi_alone(house: Household) -> str:
    return house.toml.split("[players.jellyfin]", maxsplit=1)[0]


def import_episode(installation: Installation, show: str) -> None:
    installation.send("webhook", episode_imported(f"/tv/{show}"), priority=1)


def alive(installation: Installation) -> list[Job]:
    return list(installation.jobs.list(type="notify-kodi", limit=50).items)


def asleep(installation: Installation) -> list[Job]:
    return [job for job in alive(installation) if job.status == "scheduled"]


def ended(installation: Installation) -> list[Job]:
    return [job for job in installation.history() if job.type == "notify-kodi"]


def notices(installation: Installation) -> int:
    with installation.library.reading() as session:
        return session.scalar(select(func.count()).select_from(PlayerNotice)) or 0


def let_a_minute_pass(installation: Installation) -> None:
    """Let the breaker be closed, and who waits be due."""
    with installation.library.writing() as session:
        session.execute(update(OutsideService).values(open_until=0.0, failures=0))
    installation.jobs.promote_all(type="notify-kodi")


def test_one_job_waits_for_a_player_and_tells_it_all(
    installation: Installation, house: Household
) -> None:
    # Who does not answer is soon given up, so that several attempts fall into the test.
    installation.configure(kodi_alone(house).replace("_seconds = 120", "_seconds = 1"))
    house.kodi.hang(1000)
    installation.start_worker("-c", "3")
    most = 0
    for number, show in enumerate(SHOWS):
        import_episode(installation, show)
        if number < ATTEMPTS:
            # The next event comes while it is tried.
            eventually(lambda tried=number: len(house.kodi.asked) > tried, PATIENCE)
        most = max(most, len(alive(installation)))
    # It may be that it is trying again at just this moment.
    (waits,) = eventually(
        lambda: len(installation.waiting()) == 1 and asleep(installation),
        PATIENCE,
        explain=installation.waiting,
    )
    # One that tries, one that is the next, and one that waits.
    assert most <= 3
    assert waits.priority == 3
    left = ended(installation)
    assert len(left) >= ATTEMPTS - 1
    assert {job.status for job in left} == {"completed"}
    assert {installation.result_of(job)["left_to"] for job in left} == {waits.task_id}
    assert notices(installation) == EVENTS

    # What answers is not given up however long it takes, or it would be asked twice.
    installation.configure(kodi_alone(house))
    house.kodi.asked.clear()
    house.kodi.release()
    let_a_minute_pass(installation)
    installation.settle()
    (told,) = (job for job in ended(installation) if job.task_id == waits.task_id)
    assert told.status == "completed"
    assert sorted(installation.result_of(told)["updated"]) == [
        str(installation.directory / "tv" / show) for show in SHOWS
    ]
    assert notices(installation) == 0
    assert house.kodi.called("VideoLibrary.Scan") == [
        {"directory": "smb://nas/tv/", "showdialogs": False}
    ]


def test_a_person_is_not_kept_by_who_waits(installation: Installation, house: Household) -> None:
    house.kodi.playing = ["video"]
    installation.start_worker("-c", "2")
    import_episode(installation, SHOWS[0])
    (waits,) = eventually(lambda: asleep(installation), PATIENCE)
    installation.put_off([waits])
    for attempt in range(3):
        # Nor by what an earlier one of theirs has left.
        if attempt == 2:
            house.kodi.playing = []
        installation.send("notify-players", {"origin": "person"}, priority=3)
        eventually(lambda after=attempt: len(ended(installation)) == after + 2, PATIENCE)
    assert [job.task_id for job in asleep(installation)] == [waits.task_id]
    assert notices(installation) == 0
    assert ended(installation)[-1].priority == 3
    assert len(house.kodi.called("VideoLibrary.Scan")) == 1

    installation.jobs.promote(waits.id)
    jobs = installation.settle()
    assert {job.status for job in jobs} == {"completed"}
    assert len(house.kodi.called("VideoLibrary.Scan")) == 1


@pytest.mark.parametrize("moment", ["send notify-kodi", "sent notify-kodi", "end notify-kodi"])
def test_killed_while_it_leaves_the_rest_to_who_waits(
    installation: Installation, house: Household, moment: str
) -> None:
    house.kodi.playing = ["video"]
    killer = ("-P", "solo", "--include", "e2e.media.killing")
    count = installation.directory / "steps"
    variables = {
        "KILL_COUNT": str(count),
        "KILL_AT_NAME": moment,
        "KILL_AFTER": "begin notify-kodi",
    }
    victim = installation.start("worker", "--loglevel", "INFO", *killer, **variables)
    installation.workers.append(victim)
    import_episode(installation, SHOWS[0])
    eventually(lambda: victim.status == "exited", PATIENCE, explain=victim.logs_since_start)
    installation.start_worker("-P", "solo")
    eventually(lambda: len(asleep(installation)) == 1 == len(installation.waiting()), PATIENCE)
    house.kodi.playing = []
    installation.jobs.promote_all(type="notify-kodi")
    jobs = installation.settle()
    assert {job.status for job in jobs} == {"completed"}
    assert len(house.kodi.called("VideoLibrary.Scan")) == 1
    assert notices(installation) == 0
