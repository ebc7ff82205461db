"""The same jobs with Redis as their broker: one line switches."""

import re
from pathlib import Path

from celery import Celery

from ..local.broker import RedisTestBroker
from ..local.nursery import Nursery
from ..local.waiting import eventually
from .bodies import download, make_video
from .household import Household
from .installation import PATIENCE, Installation
from .test_media_chain import CHAIN, PLAYERS
from .test_media_killed import half_written

SUCCEEDED = re.compile(r"Task ([a-z-]+)\[[0-9a-f-]+\] succeeded in ")
NAME = "The Matrix (1999)"


def test_a_download_goes_all_the_way_on_redis(
    installation: Installation, house: Household, nursery: Nursery, tmp_path: Path
) -> None:
    broker = RedisTestBroker.create(tmp_path, nursery)  # skips where there is no server
    url = broker.container.url
    make_video(installation.movies / NAME, f"{NAME}.mkv")
    installation.set(scan__quietSeconds=0)
    worker = installation.start_worker(CELERY_BROKER_URL=url)

    with Celery("client", broker=url, backend=url, set_as_current=False) as client:
        sent = client.send_task("webhook", kwargs=download(f"/movies/{NAME}"), priority=1)
        assert sent.get(timeout=PATIENCE)["outcome"] == "scan-queued"
    jobs = {*CHAIN, "discover-assets", *PLAYERS}
    eventually(
        lambda: jobs <= set(SUCCEEDED.findall(worker.logs_since_start())),
        PATIENCE,
        explain=worker.logs_since_start,
    )

    assert {"poster.jpg", "fanart.jpg", f"{NAME}.nfo"} <= {
        path.name for path in (installation.movies / NAME).iterdir()
    }
    assert half_written(installation) == []
    assert house.kodi.titles() == ["The Matrix"]
    log = worker.logs_since_start()
    assert not re.search("Traceback| raised ", log), log
    # Nothing went to the file, which is not the broker.
    assert installation.history() == []
    broker.teardown()
