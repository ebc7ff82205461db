"""Which ending a file gets: by what is in it, not by what somebody called it."""

from pathlib import Path

from media.scan.file_names import is_video

_HEAD = 12
_IMAGES = ((b"\xff\xd8\xff", ".jpg"), (b"\x89PNG\r\n\x1a\n", ".png"), (b"GIF8", ".gif"))
_MATROSKA = b"\x1a\x45\xdf\xa3"


def ending_of(path: Path, recorded: str) -> str:
    """Return the ending, with its dot, for the content of `path`.

    `recorded` is what the cache calls it, which tells a WebM from a Matroska file.
    Raises `OSError`.
    """
    with path.open("rb") as file:
        head = file.read(_HEAD)
    for start, ending in _IMAGES:
        if head.startswith(start):
            return ending
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return ".webp"
    if is_video(f"trailer{recorded}") or not head:
        return recorded
    return ".mkv" if head.startswith(_MATROSKA) else ".mp4" if head[4:8] == b"ftyp" else recorded
