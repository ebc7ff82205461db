"""Short videos by ffmpeg, each made once in a test run."""

import shutil
import subprocess
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

_FILES = TemporaryDirectory(prefix="clips-")

_PICTURE = ("-f", "lavfi", "-i", "testsrc2=size=160x90:rate=12:duration=1")
_WIDE = ("-f", "lavfi", "-i", "testsrc2=size=320x136:rate=24:duration=1")
_TONE = ("-f", "lavfi", "-i", "sine=frequency=440:duration=1")
_LOW = ("-f", "lavfi", "-i", "sine=frequency=220:duration=1")
_H264 = ("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p")
_H265 = ("-c:v", "libx265", "-preset", "ultrafast", "-pix_fmt", "yuv420p10le")
_BT2020 = "log-level=error:colorprim=bt2020:colormatrix=bt2020nc"
_HDR10 = (
    f"{_BT2020}:hdr10=1:transfer=smpte2084:max-cll=1000,400:"
    "master-display=G(13250,34500)B(7500,3000)R(34000,16000)WP(15635,16450)L(10000000,1)"
)
_SUBTITLE = "1\n00:00:00,100 --> 00:00:00,900\nWind.\n"


def _language(kind: str, number: int, code: str, title: str = "") -> tuple[str, ...]:
    stream = f"-metadata:s:{kind}:{number}"
    return (stream, f"language={code}", *((stream, f"title={title}") if title else ()))


_COMMANDS: dict[str, tuple[str, ...]] = {
    "plain.mkv": (*_PICTURE, *_TONE, *_H264, "-c:a", "aac", *_language("a", 0, "eng")),
    "wide.mkv": (*_WIDE, *_TONE, *_H264, "-c:a", "ac3", *_language("a", 0, "eng")),
    "plain.mp4": (*_PICTURE, *_LOW, *_H264, "-c:a", "aac", *_language("a", 0, "deu")),
    "silent.mp4": (*_PICTURE, *_H264),
    "first.avi": (*_PICTURE, *_TONE, "-c:v", "mpeg4", "-c:a", "libmp3lame"),
    "second.avi": (*_WIDE, *_LOW, "-c:v", "mpeg4", "-c:a", "libmp3lame"),
    "hdr10.mkv": (*_PICTURE, *_H265, "-x265-params", _HDR10),
    "hlg.mkv": (*_PICTURE, *_H265, "-x265-params", f"{_BT2020}:transfer=arib-std-b67"),
    "tracks.mkv": (
        *(*_PICTURE, *_TONE, *_LOW, "-i", "{subtitle}"),
        *("-map", "0:v", "-map", "1:a", "-map", "2:a", "-map", "1:a", "-map", "3", "-map", "3"),
        *(*_H264, "-c:a", "aac", "-c:s", "srt"),
        *_language("a", 0, "jpn"),
        *_language("a", 1, "eng", "Commentary"),
        *_language("a", 2, "fre"),
        *_language("s", 0, "ger"),
        *_language("s", 1, "eng", "SDH"),
        *("-disposition:s:0", "forced", "-disposition:a:0", "default"),
    ),
    "stream.m2ts": (*_PICTURE, *_TONE, *_H264, "-c:a", "ac3", "-f", "mpegts"),
    "menu.m2ts": (*_PICTURE, "-t", "0.2", *_H264, "-f", "mpegts"),
    "title.vob": (*_PICTURE, *_TONE, "-r", "25", "-c:v", "mpeg2video", "-c:a", "ac3", "-f", "vob"),
}


@cache
def clip(name: str) -> Path:
    """Return the video of this name, made at the first call; skips the test without ffmpeg."""
    program = shutil.which("ffmpeg")
    if program is None:
        pytest.skip("ffmpeg is not installed: the fixture library's videos are made by it")
    directory = Path(_FILES.name)
    subtitle = directory / "subtitle.srt"
    subtitle.write_text(_SUBTITLE, encoding="utf-8")
    options = [option.format(subtitle=subtitle) for option in _COMMANDS[name]]
    path = directory / name
    command = [program, "-v", "error", "-nostdin", "-y", *options, "-shortest", str(path)]
    subprocess.run(command, check=True, timeout=300)
    return path
