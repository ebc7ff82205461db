"""Make the fixture library."""

import os
import shutil
import time
from pathlib import Path

from fixture_library.clips import clip
from fixture_library.movies import MOVIES, Clip, Closed, Content, Link, Picture
from media.sample.png import write_png

_HOUR = 3600
_DAY = 24 * _HOUR
# Dated ahead, for what is new now is old by the time that a test comes to it.
_NEW = ("half_copied",)


def make_library(root: Path) -> dict[str, Path]:
    """Make the library at `root`, which must not be there; returns each movie's directory by key.

    Skips the test when there is no ffmpeg.
    """
    outside = outside_of(root)
    _make_file(outside / "other.mkv", Clip("wide.mkv"), outside)
    _date(outside / "other.mkv", _HOUR)
    return {key: _make_movie(root, key, outside) for key in MOVIES}


def outside_of(root: Path) -> Path:
    """Return the directory beside the library that its links lead to."""
    return root.with_name(f"{root.name}-outside")


def _make_movie(root: Path, key: str, outside: Path) -> Path:
    name, files = MOVIES[key]
    for path, content in files.items():
        file = root / name / path
        _make_file(file, content, outside)
        if not isinstance(content, Link):
            _date(file, -_DAY if key in _NEW else _HOUR)
    return root / name


def _make_file(path: Path, content: Content, outside: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    match content:
        case Clip(name, share):
            data = clip(name).read_bytes()
            path.write_bytes(data[: int(len(data) * share)])
        case Closed(name):
            shutil.copyfile(clip(name), path)
            path.chmod(0)
        case Picture(width, height):
            write_png(path, width, height, (168, 60, 40))
        case Link(target):
            path.symlink_to(target.format(outside=outside))
        case str():
            path.write_text(content, encoding="utf-8")
        case bytes():
            path.write_bytes(content)


def _date(path: Path, seconds_ago: float) -> None:
    then = time.time() - seconds_ago
    os.utime(path, (then, then))
