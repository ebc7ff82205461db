"""What a file's name says by its ending."""

from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Self

from media.phases import ScanPhase

SUBTITLE_EXTENSIONS = frozenset(
    {".srt", ".ass", ".ssa", ".vtt", ".sub", ".idx", ".sup", ".smi", ".ttml"}
)


@dataclass(frozen=True)
class Endings:
    """Which endings, with their dot and in lower case, are videos' and which are images'."""

    videos: frozenset[str]
    images: frozenset[str]

    @classmethod
    def of(cls, phase: ScanPhase) -> Self:
        """Take them from the phase configuration."""
        return cls(
            frozenset(f".{one}" for one in phase.video_extensions),
            frozenset(f".{one}" for one in phase.image_extensions),
        )


USUAL = Endings.of(ScanPhase())


def extension(name: str) -> str:
    """Return the ending of `name` with its dot, in lower case; empty without one."""
    return PurePosixPath(name).suffix.lower()


def stem(name: str) -> str:
    """Return the last component of `name` without its ending."""
    return PurePosixPath(name).stem


def is_video(name: str, endings: Endings = USUAL) -> bool:
    """Whether `name` is a video's."""
    return extension(name) in endings.videos


def is_subtitle(name: str) -> bool:
    """Whether `name` is a subtitle file's."""
    return extension(name) in SUBTITLE_EXTENSIONS


def is_image(name: str, endings: Endings = USUAL) -> bool:
    """Whether `name` is an image's."""
    return extension(name) in endings.images


def is_nfo(name: str) -> bool:
    """Whether `name` is an NFO's."""
    return extension(name) == ".nfo"


def is_at_top(name: str) -> bool:
    """Whether the file lies in the movie's directory itself, not below it."""
    return "/" not in name
