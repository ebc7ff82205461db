"""Write a PNG: a poster is a real image, also where nothing can encode a JPEG."""

import struct
import zlib
from pathlib import Path


def write_png(path: Path, width: int, height: int, colour: tuple[int, int, int]) -> None:
    """Write an image of `width` by `height` pixels that fades from `colour` to black."""
    rows = b"".join(_row(width, _faded(colour, 1 - row / height)) for row in range(height))
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n"
        + _chunk(b"IHDR", header)
        + _chunk(b"IDAT", zlib.compress(rows))
        + _chunk(b"IEND", b"")
    )


def _faded(colour: tuple[int, int, int], strength: float) -> bytes:
    return bytes(round(part * strength) for part in colour)


def _row(width: int, pixel: bytes) -> bytes:
    return b"\x00" + pixel * width


def _chunk(kind: bytes, data: bytes) -> bytes:
    checksum = zlib.crc32(kind + data)
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", checksum)
