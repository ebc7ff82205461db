"""What the fakes read of the real directories: titles and pictures."""

from pathlib import Path

from lxml import etree

VIDEOS = {".mkv", ".mp4", ".avi"}


def is_movie(file: Path) -> bool:
    return file.suffix in VIDEOS and not file.stem.endswith("-trailer")


def title_of(video: Path) -> str | None:
    """Return the title in the movie's NFO, None without an NFO: `movie.nfo` wins."""
    for nfo in (video.with_name("movie.nfo"), video.with_suffix(".nfo")):
        if nfo.is_file():
            return title_in(nfo)
    return None


def title_in(nfo: Path) -> str:
    return etree.fromstring(nfo.read_bytes()).findtext("title") or ""


def poster_of(video: Path) -> bytes | None:
    for picture in (video.with_name("poster.jpg"), video.with_name(f"{video.stem}-poster.jpg")):
        if picture.is_file():
            return picture.read_bytes()
    return None
