"""What ffprobe says of a file, where it is installed."""

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from media.errors import ProberMissingError
from media.languages import container_language
from media.movie import Probe, Stream, StreamKind
from media.probe.child_process import run_prober

_Report = Mapping[str, Any]

_KINDS = {
    "video": StreamKind.VIDEO,
    "audio": StreamKind.AUDIO,
    "subtitle": StreamKind.SUBTITLE,
}
_CODECS = {"hdmv_pgs_subtitle": "pgs", "dvd_subtitle": "vobsub"}
_TRANSFERS = {"smpte2084": "hdr10", "arib-std-b67": "hlg"}


def probe(path: Path, timeout_seconds: float) -> Probe:
    """Read the streams of `path`; none of a file that it does not recognise.

    Raises `ProberMissingError` and `ProbeTimedOutError`.
    """
    program = shutil.which("ffprobe")
    if program is None:
        raise ProberMissingError("ffprobe is not installed")
    options = ["-v", "error", "-of", "json", "-show_format", "-show_streams"]
    # The prefix keeps a name such as `concat:x.mkv` a file's name.
    ended = run_prober([program, *options, f"file:{path}"], timeout_seconds)
    report = json.loads(ended.stdout) if ended.returncode == 0 else {}
    container = report.get("format", {})
    duration = _number(container, "duration")
    bit_rate = _number(container, "bit_rate")
    return Probe(
        prober="ffprobe",
        container=container.get("format_name"),
        duration_ms=None if duration is None else round(duration * 1000),
        bit_rate=None if bit_rate is None else round(bit_rate),
        streams=[_stream(stream) for stream in report.get("streams", []) if _is_ours(stream)],
    )


def _is_ours(stream: _Report) -> bool:
    cover = stream.get("disposition", {}).get("attached_pic")
    return stream.get("codec_type") in _KINDS and not cover


def _stream(stream: _Report) -> Stream:
    kind = _KINDS[stream["codec_type"]]
    codec = stream.get("codec_name")
    tags = stream.get("tags", {})
    disposition = stream.get("disposition", {})
    bit_rate, sample_rate = _number(stream, "bit_rate"), _number(stream, "sample_rate")
    return Stream(
        kind=kind,
        codec="pcm" if str(codec).startswith("pcm_") else _CODECS.get(str(codec), codec),
        language=container_language(tags.get("language")),
        title=tags.get("title"),
        is_default=bool(disposition.get("default")),
        is_forced=bool(disposition.get("forced")),
        is_hearing_impaired=bool(disposition.get("hearing_impaired")),
        bit_rate=None if bit_rate is None else round(bit_rate),
        width=stream.get("width"),
        height=stream.get("height"),
        frame_rate=_frame_rate(stream) if kind is StreamKind.VIDEO else None,
        hdr_format=_TRANSFERS.get(stream.get("color_transfer", "")),
        channels=stream.get("channels"),
        sample_rate=None if sample_rate is None else round(sample_rate),
    )


def _frame_rate(stream: _Report) -> float | None:
    frames, _, seconds = stream.get("avg_frame_rate", "0/0").partition("/")
    return round(int(frames) / int(seconds), 3) if int(seconds or 0) else None


def _number(report: _Report, name: str) -> float | None:
    try:
        return float(report[name])
    except (KeyError, ValueError):
        return None
