"""Bring a file from outside into the cache's tree, whole and verified."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import BinaryIO
from urllib.parse import urlsplit

from media.cache.arrival import Arrival
from media.cache.store import IMAGE, VIDEO, Cache
from media.errors import BrokenVideoError, ProberMissingError, ProbeTimedOutError
from media.images import inspect_image
from media.outside import Downloaded, download
from media.probe.video import probe_video
from media.settings import Settings

# What a store says of a file when nobody has told it: the file itself is looked at anyway.
_UNTOLD = ("application/octet-stream", "binary/octet-stream")
_IMAGE_TYPES = ("image/*", *_UNTOLD)
_VIDEO_TYPES = ("video/*", *_UNTOLD)
_PROBE_SECONDS = 30


@contextmanager
def fetched_image(url: str, cache: Cache, settings: Settings) -> Iterator[Arrival]:
    """Download an image that really decodes; at the end it is gone, unless `keep` took it.

    Raises:
        BrokenImageError: it is none, is damaged, or has too many pixels.
        CacheUnavailableError: the cache cannot be written.
        And what `media.outside.download` raises.
    """
    with cache.incoming(IMAGE) as file:
        got = _download(url, file, settings, settings.http.max_image_bytes, _IMAGE_TYPES)
        facts = inspect_image(Path(file.name), settings.http.max_image_pixels)
        yield Arrival(
            temporary=Path(file.name),
            key=got.sha256,
            asset_type=IMAGE,
            extension=facts.extension,
            size=got.size,
            source_url=url,
            width=facts.width,
            height=facts.height,
            perceptual_hash=facts.perceptual_hash,
        )


@contextmanager
def fetched_video(url: str, cache: Cache, settings: Settings) -> Iterator[Arrival]:
    """Download a video in which a prober finds one; at the end it is gone, unless kept.

    Raises:
        BrokenVideoError: it is none, is damaged or cut short.
        CacheUnavailableError: the cache cannot be written.
        And what `media.outside.download` raises.
    """
    with cache.incoming(VIDEO) as file:
        got = _download(url, file, settings, settings.http.max_trailer_bytes, _VIDEO_TYPES)
        _ensure_video(Path(file.name))
        extension = PurePosixPath(urlsplit(url).path).suffix.lower()
        yield Arrival(Path(file.name), got.sha256, VIDEO, extension, got.size, url)


def _download(
    url: str, file: BinaryIO, settings: Settings, max_bytes: int, types: tuple[str, ...]
) -> Downloaded:
    downloaded = download(url, file, settings, max_bytes=max_bytes, content_types=types)
    file.flush()
    os.fsync(file.fileno())
    return downloaded


def _ensure_video(path: Path) -> None:
    try:
        probe_video(path, _PROBE_SECONDS)
    except ProbeTimedOutError as error:
        # Our own disk is quick, so it is the file that holds up the prober.
        raise BrokenVideoError(f"the video cannot be read: {error}") from error
    except ProberMissingError:
        # Nothing here can tell; the server said that it is one.
        return
