"""Read a video's streams, with every prober that there is."""

from pathlib import Path

from media.disk import reading
from media.errors import BrokenVideoError, ProberMissingError
from media.movie import Probe
from media.probe import ffprobe, mediainfo


def probe_video(path: Path, timeout_seconds: float) -> Probe:
    """Return the first prober's reading that holds a video.

    Raises `UnreadableFileError` when the file may not be read,
    `BrokenVideoError` when it is empty, cut short or no video to any prober,
    `ProbeTimedOutError`, and `ProberMissingError` when there is no prober.
    """
    ensure_readable(path)
    missing: list[str] = []
    for prober in (mediainfo.probe, ffprobe.probe):
        try:
            probe = prober(path, timeout_seconds)
        except ProberMissingError as error:
            missing.append(str(error))
            continue
        if probe.has_video:
            return probe
    if len(missing) == 2:
        raise ProberMissingError(f"nothing here can read a video: {' and '.join(missing)}")
    raise BrokenVideoError(f"{path} is broken or no video: no video stream in it can be read")


def ensure_readable(path: Path) -> None:
    """Raise `UnreadableFileError` if `path` may not be read, `BrokenVideoError` if it is empty."""
    with reading(path), path.open("rb") as file:
        if not file.read(1):
            raise BrokenVideoError(f"{path} is empty")
