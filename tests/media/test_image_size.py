import struct
from pathlib import Path

import pytest

from media.sample.png import write_png
from media.scan.image_size import image_size


def segment(marker: int, data: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(data) + 2) + data


FRAME = struct.pack(">BHHB", 8, 150, 100, 3)
JPEG = b"\xff\xd8" + segment(0xE0, b"JFIF" + bytes(40)) + segment(0xC4, bytes(9))
RIFF = b"RIFF\x00\x00\x00\x00WEBP"


@pytest.mark.parametrize(
    "head",
    [
        JPEG + segment(0xC0, FRAME),
        JPEG + segment(0xC2, FRAME),
        b"GIF89a" + struct.pack("<HH", 100, 150),
        RIFF + b"VP8X" + bytes(8) + b"\x63\x00\x00\x95\x00\x00",
        RIFF + b"VP8L" + bytes(5) + struct.pack("<I", 99 | 149 << 14) + bytes(9),
        RIFF + b"VP8 " + bytes(10) + struct.pack("<HH", 100, 150),
    ],
    ids=["jpeg", "progressive jpeg", "gif", "webp", "lossless webp", "lossy webp"],
)
def test_the_size_is_in_the_first_bytes(tmp_path: Path, head: bytes) -> None:
    path = tmp_path / "image"
    path.write_bytes(head)
    assert image_size(path) == (100, 150)


def test_a_png_of_ours_is_one(tmp_path: Path) -> None:
    write_png(tmp_path / "poster.png", 20, 30, (200, 100, 0))
    assert image_size(tmp_path / "poster.png") == (20, 30)


@pytest.mark.parametrize(
    "data", [b"", b"text", JPEG, JPEG + b"junk junk", b"\x89PNG\r\n\x1a\n", RIFF]
)
def test_what_is_no_image_has_no_size(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "image"
    path.write_bytes(data)
    assert image_size(path) is None


def test_a_jpeg_of_nothing_but_segments_is_not_read_to_its_end(tmp_path: Path) -> None:
    path = tmp_path / "image"
    path.write_bytes(b"\xff\xd8" + segment(0xE0, b"") * 100_000 + segment(0xC0, FRAME))
    assert image_size(path) is None


def test_a_missing_image_has_no_size(tmp_path: Path) -> None:
    assert image_size(tmp_path / "none.png") is None
