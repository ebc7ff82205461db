"""What a file's name says by its ending."""

from pathlib import PurePosixPath

VIDEO_EXTENSIONS = frozenset(
    {".mkv", ".mp4", ".m4v", ".avi", ".mov", ".wmv", ".flv", ".webm"}
    | {".mpg", ".mpeg", ".ts", ".m2ts", ".ogm", ".ogv", ".divx", ".3gp"}
)
SUBTITLE_EXTENSIONS = frozenset(
    {".srt", ".ass", ".ssa", ".vtt", ".sub", ".idx", ".sup", ".smi", ".ttml"}
)
IMAGE_EXTENSIONS = frozenset({".jpg", ".jpeg", ".png", ".webp", ".gif"})


def extension(name: str) -> str:
    """Return the ending of `name` with its dot, in lower case; empty without one."""
    return PurePosixPath(name).suffix.lower()


def stem(name: str) -> str:
    """Return the last component of `name` without its ending."""
    return PurePosixPath(name).stem


def is_video(name: str) -> bool:
    """Whether `name` is a video's."""
    return extension(name) in VIDEO_EXTENSIONS


def is_subtitle(name: str) -> bool:
    """Whether `name` is a subtitle file's."""
    return extension(name) in SUBTITLE_EXTENSIONS


def is_image(name: str) -> bool:
    """Whether `name` is an image's."""
    return extension(name) in IMAGE_EXTENSIONS


def is_nfo(name: str) -> bool:
    """Whether `name` is an NFO's."""
    return extension(name) == ".nfo"


def is_at_top(name: str) -> bool:
    """Whether the file lies in the movie's directory itself, not below it."""
    return "/" not in name
