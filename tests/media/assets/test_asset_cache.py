import hashlib
import os
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from asset_library import NOW
from asset_pictures import encoded, picture
from picture_server import PictureServer
from sqlalchemy import select

from media.cache import Cache, fetched_image, fetched_video, intact_file, intact_file_of, keep
from media.errors import (
    BrokenImageError,
    BrokenVideoError,
    CacheUnavailableError,
    InvalidAnswerError,
    PassingError,
)
from media.library.database import Library
from media.library.models import CacheFile
from media.settings import Settings

POSTER = encoded(picture(1))
KEY = hashlib.sha256(POSTER).hexdigest()


def fetch(url: str, settings: Settings) -> str:
    """Bring an image into the cache; returns its key."""
    cache, library = Cache(settings.cache_directory), Library(settings.library_database)
    with fetched_image(url, cache, settings) as arrival, library.writing() as session:
        return keep(session, cache, arrival, NOW).key


def files_in(directory: Path) -> list[str]:
    found = [path for path in directory.rglob("*") if path.is_file()]
    return sorted(path.relative_to(directory).as_posix() for path in found)


def test_a_file_is_named_for_its_content(
    settings: Settings, library: Library, cache: Cache, server: PictureServer
) -> None:
    url = server.give("/poster", POSTER)
    assert fetch(url, settings) == KEY
    assert files_in(cache.directory) == [f"image/{KEY[:2]}/{KEY}.jpg"]
    assert cache.path_of(KEY, "image", ".jpg").read_bytes() == POSTER
    with library.reading() as session:
        row = session.scalars(select(CacheFile)).one()
        assert (row.key, row.asset_type, row.extension) == (KEY, "image", ".jpg")
        assert (row.width, row.height, row.size) == (200, 300, len(POSTER))
        assert (row.source_url, row.deleted_at) == (url, None)
        assert len(row.perceptual_hash or "") == 16
        assert intact_file(session, cache, KEY) == cache.path_of(KEY, "image", ".jpg")
        assert intact_file_of(session, cache, url) == KEY
        assert intact_file(session, cache, None) is None
        assert intact_file(session, cache, "0" * 64) is None
        assert intact_file_of(session, cache, server.url("/other")) is None


def test_equal_content_is_kept_once(
    settings: Settings, library: Library, cache: Cache, server: PictureServer
) -> None:
    first, second = server.give("/a", POSTER), server.give("/b", POSTER)
    assert fetch(first, settings) == fetch(second, settings) == KEY
    assert len(files_in(cache.directory)) == 1
    with library.reading() as session:
        assert session.scalars(select(CacheFile.source_url)).all() == [first]


def test_what_had_been_given_up_is_wanted_again(
    settings: Settings, library: Library, server: PictureServer
) -> None:
    fetch(server.give("/a", POSTER), settings)
    with library.writing() as session:
        session.get_one(CacheFile, KEY).deleted_at = NOW - timedelta(days=1)
    fetch(server.url("/a"), settings)
    with library.reading() as session:
        assert session.get_one(CacheFile, KEY).deleted_at is None


@pytest.mark.parametrize("harm", ["gone", "cut", "flipped"])
def test_damage_is_noticed_and_mended(
    settings: Settings, library: Library, cache: Cache, server: PictureServer, harm: str
) -> None:
    url = server.give("/a", POSTER)
    fetch(url, settings)
    path = cache.path_of(KEY, "image", ".jpg")
    match harm:
        case "gone":
            path.unlink()
        case "cut":
            path.write_bytes(POSTER[:-10])
        case "flipped":
            path.write_bytes(POSTER[:-1] + bytes([POSTER[-1] ^ 1]))
    with library.reading() as session:
        assert intact_file(session, cache, KEY) is None
        assert intact_file_of(session, cache, url) is None
    fetch(url, settings)
    assert path.read_bytes() == POSTER


@pytest.mark.parametrize(
    ("body", "content_type", "error"),
    [
        (b"<html>sorry</html>", "text/html", InvalidAnswerError),
        (b"<html>sorry</html>", "image/jpeg", BrokenImageError),
        (POSTER[: len(POSTER) // 2], "image/jpeg", BrokenImageError),
        (b"<svg/>", "image/svg+xml", BrokenImageError),
        (bytes(60_000), "image/jpeg", InvalidAnswerError),
        (encoded(picture(size=(300, 401))), "image/jpeg", BrokenImageError),
    ],
    ids=["page", "lie", "truncated", "svg", "too many bytes", "too many pixels"],
)
def test_what_is_refused_leaves_nothing(
    settings: Settings,
    cache: Cache,
    server: PictureServer,
    body: bytes,
    content_type: str,
    error: type[Exception],
) -> None:
    http = settings.http.model_copy(
        update={"max_image_bytes": 50_000, "max_image_pixels": 300 * 400}
    )
    limited = settings.model_copy(update={"http": http})
    with pytest.raises(error):
        fetch(server.give("/a", body, content_type), limited)
    assert files_in(cache.directory) == []


@pytest.mark.parametrize("content_type", ["binary/octet-stream", "image/jpg", "IMAGE/JPEG; q=1"])
def test_what_a_server_calls_an_image_matters_less_than_that_it_is_one(
    settings: Settings, server: PictureServer, content_type: str
) -> None:
    assert fetch(server.give("/a", POSTER, content_type), settings) == KEY


def test_a_video_that_holds_up_the_prober_is_broken(
    settings: Settings, server: PictureServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("media.cache.fetching._PROBE_SECONDS", 0.001)
    url = server.give("/a.mp4", bytes(1000), "video/mp4")
    with (
        pytest.raises(BrokenVideoError),
        fetched_video(url, Cache(settings.cache_directory), settings),
    ):
        pass


def test_a_failing_server_leaves_nothing(
    settings: Settings, cache: Cache, server: PictureServer
) -> None:
    with pytest.raises(PassingError):
        fetch(server.give("/a", status=503), settings)
    assert files_in(cache.directory) == []


def test_a_video_is_kept_when_it_is_one(
    settings: Settings,
    library: Library,
    cache: Cache,
    server: PictureServer,
    movie_directory: Path,
) -> None:
    video = next(movie_directory.glob("*-trailer.mkv")).read_bytes()
    url = server.give("/t/trailer.MKV", video, "video/x-matroska")
    with fetched_video(url, cache, settings) as arrival, library.writing() as session:
        row = keep(session, cache, arrival, NOW)
        assert (row.asset_type, row.extension, row.size) == ("video", ".mkv", len(video))
    key = hashlib.sha256(video).hexdigest()
    assert files_in(cache.directory) == [f"video/{key[:2]}/{key}.mkv"]
    url = server.give("/fake.mp4", b"no video at all", "video/mp4")
    with pytest.raises(BrokenVideoError), fetched_video(url, cache, settings):
        pass


def test_a_cache_that_cannot_be_written_is_named(settings: Settings, server: PictureServer) -> None:
    settings.cache_directory.write_text("in the way")
    with pytest.raises(CacheUnavailableError, match="cannot use the cache"):
        fetch(server.give("/a", POSTER), settings)


@pytest.mark.usefixtures("bound_by_permissions")
def test_a_cache_without_permission_is_named(
    settings: Settings, cache: Cache, server: PictureServer
) -> None:
    fetch(server.give("/a", POSTER), settings)
    (cache.directory / "image").chmod(0o500)
    with pytest.raises(CacheUnavailableError, match="Permission denied"):
        fetch(server.url("/a"), settings)
    (cache.directory / "image").chmod(0o700)


KILLED_AT = """
import json, os, signal, sys
from datetime import datetime, UTC
from pathlib import Path
from media.cache import Cache, fetched_image, keep
from media.library.database import Library
from media.settings import Settings

settings = Settings.model_validate(json.load(sys.stdin))
cache, library = Cache(settings.cache_directory), Library(settings.library_database)
die = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
url, moment = sys.argv[1:]
if moment == "placed":
    place = Cache.place
    def then_die(self, *arguments):
        place(self, *arguments)
        die()
    Cache.place = then_die
with fetched_image(url, cache, settings) as arrival:
    if moment == "arrived":
        die()
    with library.writing() as session:
        keep(session, cache, arrival, datetime.now(UTC))
    die()
"""


@pytest.mark.parametrize("moment", ["arrived", "placed", "kept"])
def test_a_kill_leaves_no_half_file(
    settings: Settings, library: Library, cache: Cache, server: PictureServer, moment: str
) -> None:
    url = server.give("/a", POSTER)
    killed = subprocess.run(
        [sys.executable, "-c", KILLED_AT, url, moment],
        input=settings.model_dump_json().encode(),
        env={**os.environ, "PYTHONPATH": str(Path.cwd())},
        check=False,
        timeout=300,
    )
    assert killed.returncode == -signal.SIGKILL
    with library.reading() as session:
        rows = session.scalars(select(CacheFile.key)).all()
        assert rows == ([KEY] if moment == "kept" else [])
        assert intact_file(session, cache, KEY) == (
            cache.path_of(KEY, "image", ".jpg") if rows else None
        )
    whole = [f"image/{KEY[:2]}/{KEY}.jpg"] if moment != "arrived" else []
    left = files_in(cache.directory)
    assert [name for name in left if not name.startswith("image/.incoming.")] == whole
    fetch(url, settings)
    assert cache.path_of(KEY, "image", ".jpg").read_bytes() == POSTER
