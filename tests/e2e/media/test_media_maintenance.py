"""The jobs that look after what is there, as real workers run them."""

import os
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from media.library.models import CacheFile, Movie, PublishedFile, WebhookEvent

from .bodies import download, make_video
from .household import Household
from .installation import Installation
from .test_media_chain import CHAIN, types_of

NAME = "The Matrix (1999)"
DAYS = 24 * 3600


@pytest.fixture
def published(installation: Installation) -> Path:
    """A movie that has gone all the way; its directory."""
    directory = installation.movies / NAME
    make_video(directory, f"{NAME}.mkv")
    (installation.movies / "Another (2000)").mkdir()
    installation.set(scan__quietSeconds=0)
    installation.start_worker()
    installation.chain_of(installation.send("webhook", download(f"/movies/{NAME}")))
    assert (directory / "poster.jpg").exists()
    return directory


def test_what_is_lost_is_published_anew_and_what_others_changed_is_told(
    installation: Installation, published: Path, house: Household
) -> None:
    poster, nfo = published / "poster.jpg", published / f"{NAME}.nfo"
    before = poster.read_bytes()
    poster.unlink()
    (published / "fanart.jpg").write_bytes(b"somebody's own")
    nfo.write_text(nfo.read_text().replace("</movie>", "  <shelf>3</shelf>\n</movie>"))
    jobs = installation.chain_of(installation.send("scheduled-verification", {}))
    assert types_of(jobs) == ["scheduled-verification", "publish", "notify-players"]
    report = installation.result_of(jobs[0])
    assert report["lost"] == [1]
    assert sorted(Path(path).name for path in report["changed_by_others"]) == [
        f"{NAME}.nfo",
        "fanart.jpg",
    ]
    assert poster.read_bytes() == before
    assert (published / "fanart.jpg").read_bytes() == b"somebody's own"
    assert "<shelf>3</shelf>" in nfo.read_text()
    assert house.kodi.titles() == ["The Matrix"]


def test_what_changed_at_tmdb_is_fetched_and_goes_the_whole_way(
    installation: Installation, published: Path, house: Household
) -> None:
    assert [job.status for job in installation.chain_of(_update(installation))] == ["completed"]
    today = datetime.now(UTC).date()
    house.providers.tmdb.changes += [(603, today), (999_999, today)]
    house.providers.tmdb.overrides[603] = {"tagline": "Now in colour."}
    jobs = installation.chain_of(_update(installation))
    assert types_of(jobs) == ["scheduled-provider-update", *CHAIN[2:]]
    assert {job.priority for job in jobs[1:]} == {8}
    assert "Now in colour." in (published / f"{NAME}.nfo").read_text()


def _update(installation: Installation) -> str:
    return installation.send("scheduled-provider-update", {})


def test_what_was_deleted_long_ago_is_forgotten_and_the_rest_is_not(
    installation: Installation, published: Path
) -> None:
    cache = installation.directory / "cache"
    orphan = cache / "image" / "ab" / f"{'ab' * 32}.jpg"
    orphan.parent.mkdir(parents=True, exist_ok=True)
    orphan.write_bytes(b"nobody's")
    then = time.time() - 2 * DAYS
    os.utime(orphan, (then, then))
    kept = {path for path in cache.rglob("*") if path.is_file()} - {orphan}
    for asset_type in ("image", "video", None):
        installation.chain_of(installation.send("cache-orphan-cleanup", {"assetType": asset_type}))
    installation.chain_of(installation.send("cache-soft-delete-expiration", {"retentionDays": 30}))
    assert {path for path in cache.rglob("*") if path.is_file()} == kept

    with installation.library.writing() as session:
        session.execute(update(Movie).values(deleted_at=datetime.now(UTC) - timedelta(days=31)))
    jobs = installation.chain_of(installation.send("cache-soft-delete-expiration", {}))
    assert [job.status for job in jobs] == ["completed"], jobs[0].error
    installation.chain_of(installation.send("cache-orphan-cleanup", {}))
    with installation.library.writing() as session:
        assert session.scalars(select(Movie)).all() == []
        assert session.scalars(select(PublishedFile)).all() == []
        past = datetime.now(UTC) - timedelta(days=31)
        session.execute(update(CacheFile).values(deleted_at=past))
    installation.chain_of(installation.send("cache-soft-delete-expiration", {}))
    assert [path for path in cache.rglob("*") if path.is_file()] == []
    # What lies in the movie's directory is the user's.
    assert (published / "poster.jpg").exists()


def test_the_cleanup_takes_what_is_old(installation: Installation, published: Path) -> None:
    old = datetime.now(UTC) - timedelta(days=100)
    with installation.library.writing() as session:
        session.execute(update(WebhookEvent).values(received_at=old))
    leftover = published / ".poster.jpg.a1b2c3d4e5f60718.tmp"
    leftover.write_bytes(b"half")
    log = installation.directory / "logs" / "worker.log.1"
    log.parent.mkdir()
    log.write_text("long ago")
    for path in (leftover, log):
        os.utime(path, (time.time() - 30 * DAYS,) * 2)
    (installation.directory / "logs" / "worker.log").write_text("now")
    with (installation.directory / "media.toml").open("a") as file:
        file.write('\n[retention]\nlog_directory = "logs"\ncompleted = "1"\n')
    jobs = installation.chain_of(installation.send("scheduled-cleanup", {}))
    (job,) = [job for job in jobs if job.type == "scheduled-cleanup"]
    assert job.status == "completed", job.error
    result = installation.result_of(job)
    assert result["events"] == result["logs"] == 1
    assert result["temporaries"]["removed"] == 1
    assert result["history"]["completed"] >= len(CHAIN) - 1
    assert not leftover.exists()
    assert [path.name for path in log.parent.iterdir()] == ["worker.log"]
    assert (published / "poster.jpg").exists()
