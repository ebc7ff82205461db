"""A webhook comes in; NFO and artwork come out, the players know, the history is complete."""

import pytest
from fakes import faults
from lxml import etree
from PIL import Image
from sqlalchemy import func, select

from media.library.models import LibraryChange, Movie, PlayerNotice, WebhookEvent
from sqlite_transport.jobs.job import Job

from .bodies import download, episode_imported, make_video, movie_deleted
from .household import Household
from .installation import Installation

FOLDER = "/movies/The Matrix (1999)"
NAME = "The Matrix (1999)"
CHAIN = [
    "webhook",
    "scan-movie",
    "enrich-metadata",
    "fetch-provider-assets",
    "select-assets",
    "publish",
    "notify-players",
]
PLAYERS = {"notify-kodi", "notify-jellyfin", "notify-plex"}


@pytest.fixture(autouse=True)
def matrix(installation: Installation) -> None:
    make_video(installation.movies / NAME, f"{NAME}.mkv")
    # A library that is empty would count as not mounted.
    (installation.movies / "Another (2000)").mkdir()
    installation.set(scan__quietSeconds=0)


def types_of(jobs: list[Job]) -> list[str]:
    return [job.type for job in jobs if job.type not in PLAYERS | {"discover-assets"}]


def test_a_download_goes_all_the_way(installation: Installation, house: Household) -> None:
    installation.start_worker()
    root = installation.send("webhook", download(FOLDER), priority=1)
    jobs = installation.chain_of(root)

    assert types_of(jobs) == CHAIN
    assert {job.type for job in jobs} == {*CHAIN, "discover-assets", *PLAYERS}
    assert {job.status for job in jobs} == {"completed"}, [(j.type, j.error) for j in jobs]
    assert {job.root_id for job in jobs} == {root}
    assert {job.type: job.priority for job in jobs} == {
        job.type: 1 if job.type == "webhook" else 5 for job in jobs
    }

    nfo = etree.parse(installation.movies / NAME / f"{NAME}.nfo")
    assert nfo.findtext("title") == "The Matrix"
    assert nfo.findtext("actor/name") == "Keanu Reeves"
    assert nfo.findtext("uniqueid[@type='tmdb']") == "603"
    with Image.open(installation.movies / NAME / "poster.jpg") as poster:
        assert poster.height >= 720
    assert (installation.movies / NAME / "fanart.jpg").exists()

    assert house.kodi.titles() == ["The Matrix"]
    assert house.jellyfin.updates()[0][0]["Path"].startswith("/media/movies/The Matrix")
    assert house.plex.refreshed()
    with installation.library.reading() as session:
        for table in (LibraryChange, PlayerNotice):
            assert session.scalar(select(func.count()).select_from(table)) == 0
        assert session.scalars(select(WebhookEvent.outcome)).all() == ["scan-queued"]


def test_the_same_again_changes_nothing_and_tells_nobody(
    installation: Installation, house: Household
) -> None:
    installation.start_worker()
    installation.chain_of(installation.send("webhook", download(FOLDER)))
    before, asked = installation.tree(), house.players_asked()
    jobs = installation.chain_of(installation.send("webhook", download(FOLDER)))
    assert types_of(jobs) == CHAIN
    assert installation.tree() == before
    assert house.players_asked() == asked


def test_what_a_person_asks_for_goes_first(installation: Installation) -> None:
    installation.start_worker()
    directory = str(installation.movies / NAME)
    root = installation.send("scan-movie", {"directory": directory, "origin": "person"}, 3)
    jobs = installation.chain_of(root)
    assert types_of(jobs) == CHAIN[1:]
    assert {job.priority for job in jobs} == {3}


def test_a_movie_that_was_deleted_goes_from_the_players(
    installation: Installation, house: Household
) -> None:
    installation.start_worker()
    installation.chain_of(installation.send("webhook", download(FOLDER)))
    assert house.kodi.titles() == ["The Matrix"]
    for file in sorted((installation.movies / NAME).rglob("*"), reverse=True):
        file.rmdir() if file.is_dir() else file.unlink()
    (installation.movies / NAME).rmdir()
    jobs = installation.chain_of(installation.send("webhook", movie_deleted(FOLDER)))
    assert {job.status for job in jobs} == {"completed"}, [(j.type, j.error) for j in jobs]
    with installation.library.reading() as session:
        assert session.scalars(select(Movie)).one().deleted_at is not None
    assert house.kodi.titles() == []


def test_sonarrs_import_leads_to_the_players(installation: Installation, house: Household) -> None:
    make_video(installation.directory / "tv" / "Caminandes" / "Season 1", "Caminandes - S01E02.mkv")
    installation.start_worker()
    root = installation.send("webhook-received", episode_imported("/tv/Caminandes"))
    jobs = installation.chain_of(root)
    assert [job.type for job in jobs][:2] == ["webhook-received", "notify-players"]
    assert {job.type for job in jobs} == {"webhook-received", "notify-players", *PLAYERS}
    assert {job.status for job in jobs} == {"completed"}, [(j.type, j.error) for j in jobs]
    assert ("2", "/data/tv/Caminandes") in house.plex.refreshed()


def test_a_path_that_no_mapping_covers_is_a_failed_job_that_says_so(
    installation: Installation,
) -> None:
    installation.start_worker()
    (job,) = installation.chain_of(installation.send("webhook", download("/films/The Matrix")))
    assert job.status == "failed"
    assert "no mapping for path '/films/The Matrix'" in str(job.error)


def test_a_service_that_fails_for_a_while_is_asked_again(
    installation: Installation, house: Household
) -> None:
    house.providers.tmdb.fail_with(faults.status(429, retry_after="1"), times=1)
    house.providers.images.fail_with(faults.status(503), times=1)
    installation.start_worker()
    jobs = installation.chain_of(installation.send("webhook", download(FOLDER)))
    assert types_of(jobs) == CHAIN
    assert {job.status for job in jobs} == {"completed"}, [(j.type, j.error) for j in jobs]
    assert {job.type for job in jobs if job.retry_count} >= {"enrich-metadata", "select-assets"}
    assert (installation.movies / NAME / "poster.jpg").exists()


def test_a_wrong_key_fails_visibly_and_the_movie_goes_on(
    installation: Installation, house: Household
) -> None:
    house.providers.tmdb.fail_with(faults.status(401))
    installation.start_worker()
    jobs = installation.chain_of(installation.send("webhook", download(FOLDER)))
    assert types_of(jobs) == CHAIN
    assert {job.type for job in jobs if job.status == "failed"} == {"enrich-metadata"}
    (fetched,) = (job for job in jobs if job.type == "fetch-provider-assets")
    assert set(installation.result_of(fetched)["failed"]) == {"tmdb"}
    assert set(installation.result_of(fetched)["offered"]) == {"fanart", "tvdb"}
    assert {job.retry_count for job in jobs} == {0}
    nfo = etree.parse(installation.movies / NAME / f"{NAME}.nfo")
    assert nfo.findtext("title") == "The Matrix"
    assert house.kodi.titles() == ["The Matrix"]


@pytest.mark.parametrize(
    "fault",
    [
        faults.redirect("http://169.254.169.254/latest/meta-data"),
        faults.wrong_type(),
        faults.huge("image/jpeg"),
        faults.wrong_type("image/jpeg", b"no picture at all"),
    ],
    ids=["redirect-to-a-private-address", "wrong-type", "huge", "no-picture"],
)
def test_pictures_that_are_none_are_refused_and_the_rest_goes_on(
    installation: Installation, house: Household, fault: faults.Fault
) -> None:
    house.providers.images.fail_with(fault)
    installation.start_worker()
    jobs = installation.chain_of(installation.send("webhook", download(FOLDER)))
    assert types_of(jobs) == CHAIN
    assert not (installation.movies / NAME / "poster.jpg").exists()
    assert (installation.movies / NAME / f"{NAME}.nfo").exists()
    assert jobs[0].status == "completed"
