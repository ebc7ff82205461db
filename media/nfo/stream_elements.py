"""Write what the video file holds: `<fileinfo><streamdetails>`."""

from collections.abc import Sequence
from typing import TypeVar

from lxml import etree

from media.nfo.content import MovieNfo, NfoAudio, NfoStreams, NfoVideo
from media.nfo.elements import make, put, set_text
from media.nfo.reading import read_streams

S = TypeVar("S")


def write_streams(root: etree._Element, streams: NfoStreams | None) -> None:
    """Replace the streams; what else is in `<fileinfo>` stays."""
    found = root.findall("fileinfo")[:1]
    if streams is None and not found:
        return
    info = found[0] if found else make("fileinfo")
    details = info.find("streamdetails")
    if details is not None:
        if MovieNfo(streams=read_streams(details)).cleaned().streams == streams:
            return  # others have more in it than we write
        info.remove(details)
    if streams is not None:
        info.insert(0, _details(streams))
    put(root, "fileinfo", [info] if len(info) else [])


def _details(streams: NfoStreams) -> etree._Element:
    details = make("streamdetails")
    details.extend(_video(one) for one in streams.video)
    details.extend(_audio(one) for one in streams.audio)
    details.extend(_filled("subtitle", [("language", one)]) for one in streams.subtitles)
    return details


def _video(video: NfoVideo) -> etree._Element:
    aspect = f"{video.width / video.height:.6f}" if video.width and video.height else None
    return _filled(
        "video",
        [
            ("codec", video.codec),
            ("aspect", aspect),
            ("width", video.width),
            ("height", video.height),
            ("durationinseconds", video.duration_seconds),
            ("hdrtype", video.hdr_type),
        ],
    )


def _audio(audio: NfoAudio) -> etree._Element:
    children = [("codec", audio.codec), ("language", audio.language), ("channels", audio.channels)]
    return _filled("audio", children)


def _filled(tag: str, children: Sequence[tuple[str, str | int | None]]) -> etree._Element:
    element = make(tag)
    for name, value in children:
        set_text(element, name, value)
    return element
