"""Read the pictures and trailers that nobody has read yet."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from media.errors import LastingError
from media.images import ImageFacts, inspect_image
from media.movie import Probe, StoredFile
from media.probe.video import probe_video

_PROBE_SECONDS = 30

Progress = Callable[[int, int, str], None]


@dataclass(frozen=True)
class Reading:
    """What was read: None for a file that is no image, or no video."""

    images: dict[StoredFile, ImageFacts | None] = field(default_factory=dict)
    probes: dict[StoredFile, Probe | None] = field(default_factory=dict)


def read_files(
    directory: Path,
    images: Sequence[StoredFile],
    videos: Sequence[StoredFile],
    max_pixels: int,
    progress: Progress | None = None,
) -> Reading:
    """Read files below `directory`; what is broken is no failure.

    `progress` is told how many of how many are read, and which is next. Raises
    what may pass of `media.disk.reading`, and `ProbeTimedOutError`.
    """
    result = Reading()
    for done, file in enumerate([*images, *videos]):
        if progress:
            progress(done, len(images) + len(videos), file.relative_path)
        path = directory / file.relative_path
        if done < len(images):
            result.images[file] = _image(path, max_pixels)
        else:
            result.probes[file] = _probe(path)
    return result


def _image(path: Path, max_pixels: int) -> ImageFacts | None:
    try:
        return inspect_image(path, max_pixels)
    except LastingError:
        return None


def _probe(path: Path) -> Probe | None:
    try:
        return probe_video(path, _PROBE_SECONDS)
    except LastingError:
        return None
