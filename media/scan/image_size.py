"""How large an image is, from its first bytes: PNG, JPEG, GIF and WebP."""

import struct
from pathlib import Path
from typing import BinaryIO

_HEAD = 30
# The markers of a JPEG that hold its size; C4, C8 and CC are other things.
_JPEG_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}

# A file that is all segments would otherwise be read to its end, four bytes at a time.
_MOST_SEGMENTS = 5_000


def image_size(path: Path) -> tuple[int, int] | None:
    """Return width and height in pixels, None for what is no image or cannot be read."""
    try:
        with path.open("rb") as file:
            return _size(file)
    except (OSError, struct.error):
        return None


def _size(file: BinaryIO) -> tuple[int, int] | None:
    head = file.read(_HEAD)
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return _pair(">II", head[16:24])
    if head.startswith((b"GIF87a", b"GIF89a")):
        return _pair("<HH", head[6:10])
    if head.startswith(b"\xff\xd8"):
        file.seek(2)
        return _jpeg_size(file)
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return _webp_size(head)
    return None


def _jpeg_size(file: BinaryIO) -> tuple[int, int] | None:
    for _segment in range(_MOST_SEGMENTS):
        start, marker, length = struct.unpack(">BBH", file.read(4))
        if start != 0xFF:
            return None
        if marker in _JPEG_FRAMES:
            height, width = _pair(">HH", file.read(5)[1:])
            return width, height
        file.seek(length - 2, 1)
    return None


def _webp_size(head: bytes) -> tuple[int, int] | None:
    form = head[12:16]
    if form == b"VP8X":
        return _number(head[24:27]) + 1, _number(head[27:30]) + 1
    if form == b"VP8L":
        bits = _number(head[21:25])
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if form == b"VP8 ":
        width, height = _pair("<HH", head[26:30])
        return width & 0x3FFF, height & 0x3FFF
    return None


def _number(data: bytes) -> int:
    return int.from_bytes(data, "little")


def _pair(form: str, data: bytes) -> tuple[int, int]:
    first, second = struct.unpack(form, data)
    return first, second
