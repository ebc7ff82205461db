"""What MediaInfo says of a file."""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from media.errors import BrokenVideoError, ProberMissingError
from media.languages import container_language
from media.movie import Probe, Stream, StreamKind
from media.probe.child_process import run_prober
from media.probe.mediainfo_child import NO_MEDIAINFO

_Track = Mapping[str, Any]

_CHILD = Path(__file__).with_name("mediainfo_child.py")
_KINDS = {"Video": StreamKind.VIDEO, "Audio": StreamKind.AUDIO, "Text": StreamKind.SUBTITLE}

# MediaInfo's names where they differ from those that everybody else uses.
_CODECS = {
    "AVC": "h264",
    "MPEG-4 Visual": "mpeg4",
    "MPEG Video": "mpeg2video",
    "VC-1": "vc1",
    "RGB": "rawvideo",
    "YUV": "rawvideo",
    "AC-3": "ac3",
    "E-AC-3": "eac3",
    "MLP FBA": "truehd",
    "MPEG Audio": "mp3",
    "UTF-8": "subrip",
    "Timed Text": "mov_text",
}


def probe(path: Path, timeout_seconds: float) -> Probe:
    """Read the streams of `path`; none of a file that it does not recognise.

    Raises `ProberMissingError`, `ProbeTimedOutError`, and `BrokenVideoError`
    when the file is shorter than it says.
    """
    command = [sys.executable, "-P", str(_CHILD), str(path)]
    ended = run_prober(command, timeout_seconds)
    if ended.returncode == NO_MEDIAINFO:
        raise ProberMissingError("MediaInfo's library cannot be loaded")
    tracks = _tracks(ended.stdout)
    general = next((track for track in tracks if track["@type"] == "General"), {})
    if _is_truncated(general):
        raise BrokenVideoError(f"{path} was cut short: its end is missing")
    duration = _decimal(general, "Duration")
    return Probe(
        prober="mediainfo",
        container=general.get("Format"),
        duration_ms=None if duration is None else round(duration * 1000),
        bit_rate=_whole(general, "OverallBitRate"),
        streams=[_stream(track) for track in tracks if track["@type"] in _KINDS],
    )


def _tracks(report: str) -> list[_Track]:
    # A prober that crashed on the file has printed nothing, or half of it.
    try:
        media = json.loads(report)["media"]
    except (ValueError, KeyError):
        return []
    return list(media["track"]) if media else []


def _is_truncated(general: _Track) -> bool:
    extra = general.get("extra")
    return isinstance(extra, dict) and extra.get("IsTruncated") == "Yes"


def _stream(track: _Track) -> Stream:
    kind = _KINDS[track["@type"]]
    codec = track.get("Format")
    title = track.get("Title")
    return Stream(
        kind=kind,
        codec=_CODECS.get(codec, codec.lower()) if codec else None,
        language=container_language(track.get("Language")),
        title=title,
        is_default=track.get("Default") == "Yes",
        is_forced=track.get("Forced") == "Yes",
        is_hearing_impaired="HI" in track.get("ServiceKind", "") or "SDH" in (title or "").upper(),
        bit_rate=_whole(track, "BitRate"),
        width=_whole(track, "Width"),
        height=_whole(track, "Height"),
        frame_rate=_decimal(track, "FrameRate") if kind is StreamKind.VIDEO else None,
        bit_depth=_whole(track, "BitDepth"),
        hdr_format=_hdr_format(track),
        channels=_whole(track, "Channels"),
        sample_rate=_whole(track, "SamplingRate"),
    )


def _hdr_format(track: _Track) -> str | None:
    """Return Kodi's name of the stream's HDR form."""
    named = f"{track.get('HDR_Format', '')} {track.get('HDR_Format_Compatibility', '')}".lower()
    transfer = track.get("transfer_characteristics", "")
    if "dolby vision" in named:
        return "dolbyvision"
    if "2094 app 4" in named or "hdr10+" in named:
        return "hdr10plus"
    if "hlg" in named or transfer == "HLG":
        return "hlg"
    return "hdr10" if "hdr10" in named or transfer == "PQ" else None


def _decimal(track: _Track, name: str) -> float | None:
    # Several values of one stream stand as "8 / 6": the first is the full one.
    text = str(track.get(name, "")).partition("/")[0].strip()
    try:
        return float(text)
    except ValueError:
        return None


def _whole(track: _Track, name: str) -> int | None:
    value = _decimal(track, name)
    return None if value is None else round(value)
