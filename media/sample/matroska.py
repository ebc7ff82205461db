"""Write a short, playable Matroska video: moving picture, tone, subtitle.

Uncompressed streams need no encoder: I420 frames and 16-bit PCM. A clip of two
seconds takes about half a megabyte.
"""

import math
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

SAMPLE_RATE = 8000
VIDEO, AUDIO, SUBTITLE = 1, 2, 3


@dataclass(frozen=True)
class Clip:
    """What to write: length in seconds, size in pixels (even numbers), audio language."""

    seconds: int = 2
    frames_per_second: int = 12
    width: int = 160
    height: int = 90
    audio_language: str = "eng"
    subtitle_language: str | None = "ger"


def write_clip(path: Path, clip: Clip | None = None) -> None:
    """Write `clip` to `path`, replacing what was there."""
    clip = clip or Clip()
    path.write_bytes(_header() + _element("18538067", _segment(clip)))


def _segment(clip: Clip) -> bytes:
    clusters = b"".join(_cluster(clip, second) for second in range(clip.seconds))
    return _info(clip) + _tracks(clip) + clusters


def _header() -> bytes:
    return _element(
        "1A45DFA3",
        _number("4286", 1)
        + _number("42F7", 1)
        + _number("42F2", 4)
        + _number("42F3", 8)
        + _text("4282", "matroska")
        + _number("4287", 4)
        + _number("4285", 2),
    )


def _info(clip: Clip) -> bytes:
    return _element(
        "1549A966",
        _number("2AD7B1", 1_000_000)
        + _float("4489", clip.seconds * 1000)
        + _text("4D80", "media.sample")
        + _text("5741", "media.sample"),
    )


def _tracks(clip: Clip) -> bytes:
    tracks = _video_track(clip) + _audio_track(clip)
    if clip.subtitle_language:
        tracks += _subtitle_track(clip.subtitle_language)
    return _element("1654AE6B", tracks)


def _video_track(clip: Clip) -> bytes:
    picture = _number("B0", clip.width) + _number("BA", clip.height) + _element("2EB524", b"I420")
    duration = _number("23E383", 1_000_000_000 // clip.frames_per_second)
    return _track(VIDEO, 1, "V_UNCOMPRESSED", "und", duration + _element("E0", picture))


def _audio_track(clip: Clip) -> bytes:
    sound = _float("B5", SAMPLE_RATE) + _number("9F", 1) + _number("6264", 16)
    return _track(AUDIO, 2, "A_PCM/INT/LIT", clip.audio_language, _element("E1", sound))


def _subtitle_track(language: str) -> bytes:
    return _track(SUBTITLE, 0x11, "S_TEXT/UTF8", language, b"")


def _track(number: int, kind: int, codec: str, language: str, details: bytes) -> bytes:
    return _element(
        "AE",
        _number("D7", number)
        + _number("73C5", number)
        + _number("83", kind)
        + _number("9C", 0)
        + _text("22B59C", language)
        + _text("86", codec)
        + details,
    )


def _cluster(clip: Clip, second: int) -> bytes:
    blocks = _block(AUDIO, 0, _tone(second))
    for number in range(clip.frames_per_second):
        at = number * 1000 // clip.frames_per_second
        blocks += _block(VIDEO, at, _frame(clip, second * clip.frames_per_second + number))
    if clip.subtitle_language:
        spoken = _element("A1", _block_body(SUBTITLE, 0, 0, f"Second {second + 1}".encode()))
        blocks += _element("A0", spoken + _number("9B", 900))
    return _element("1F43B675", _number("E7", second * 1000) + blocks)


def _frame(clip: Clip, number: int) -> bytes:
    """Return one I420 picture: a gradient that moves to the left, its colour changing."""
    ramp = bytes(range(256)) * (clip.width // 256 + 2)
    start = number * 4 % 256
    brightness = ramp[start : start + clip.width] * clip.height
    chroma_size = (clip.width // 2) * (clip.height // 2)
    blue = bytes([(96 + number * 3) % 256]) * chroma_size
    red = bytes([(160 - number * 3) % 256]) * chroma_size
    return brightness + blue + red


def _tone(second: int) -> bytes:
    return b"".join(struct.pack("<h", sample) for sample in _samples(second))


def _samples(second: int) -> Iterator[int]:
    pitch = 440 * (second % 4 + 1)
    for number in range(SAMPLE_RATE):
        yield int(6000 * math.sin(2 * math.pi * pitch * number / SAMPLE_RATE))


def _block(track: int, milliseconds: int, data: bytes) -> bytes:
    return _element("A3", _block_body(track, milliseconds, 0x80, data))


def _block_body(track: int, milliseconds: int, flags: int, data: bytes) -> bytes:
    return bytes([0x80 | track]) + struct.pack(">hB", milliseconds, flags) + data


def _element(identifier: str, data: bytes) -> bytes:
    # Eight bytes of size, whatever the size: 0x01 marks the form.
    return bytes.fromhex(identifier) + b"\x01" + len(data).to_bytes(7, "big") + data


def _number(identifier: str, value: int) -> bytes:
    return _element(identifier, value.to_bytes(max(1, (value.bit_length() + 7) // 8), "big"))


def _float(identifier: str, value: float) -> bytes:
    return _element(identifier, struct.pack(">d", value))


def _text(identifier: str, value: str) -> bytes:
    return _element(identifier, value.encode())
