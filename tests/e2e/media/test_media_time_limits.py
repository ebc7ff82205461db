"""A job that takes for ever ends, and the movie goes on without what it waited for."""

from fakes import faults

from .bodies import download, make_video
from .household import Household
from .installation import Installation
from .test_media_chain import CHAIN, FOLDER, NAME, types_of


def test_a_service_that_drips_does_not_keep_the_movie(
    installation: Installation, house: Household
) -> None:
    make_video(installation.movies / NAME, f"{NAME}.mkv")
    (installation.movies / "Another (2000)").mkdir()
    installation.set(scan__quietSeconds=0, enrichment__autoSelectAssets=False)
    installation.start_worker()
    installation.chain_of(installation.send("webhook", download(FOLDER)))
    installation.set(enrichment__autoSelectAssets=True)
    house.providers.images.fail_with(faults.dripping("image/jpeg"))
    sent = installation.app.send_task(
        "select-assets", kwargs={"movie_id": 1}, soft_time_limit=5, time_limit=300
    )
    jobs = installation.chain_of(str(sent.id))
    assert types_of(jobs) == CHAIN[-3:]
    (failed,) = (job for job in jobs if job.status == "failed")
    assert failed.type == "select-assets"
    assert "select-assets ran for longer than it may" in str(failed.error)
    assert failed.retry_count == 0
    assert not list((installation.directory / "cache").rglob("*.tmp"))
