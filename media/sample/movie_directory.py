"""Make the directories of a few small movies, complete as a manager leaves them behind."""

import os
import time
from pathlib import Path

from media.sample.matroska import Clip, write_clip
from media.sample.movies import SAMPLE_MOVIES, SINTEL, SampleMovie
from media.sample.png import write_png

DIRECTORY_NAME = SINTEL.directory_name
VIDEO_STEM = SINTEL.video_stem
VIDEO_NAME = f"{VIDEO_STEM}.mkv"

_SUBTITLE = "1\n00:00:00,200 --> 00:00:01,800\n{text}\n"
_HOUR = 3600


def make_movie_directory(library: Path) -> Path:
    """Make or replace Sintel below `library`, with all that can lie beside a movie.

    Returns its directory. Every file is dated an hour back, as of a download
    that has long ended.
    """
    directory = _make_movie(library, SINTEL)
    write_clip(directory / f"{VIDEO_STEM}-trailer.mkv", Clip(seconds=1, subtitle_language=None))
    write_png(directory / "poster.png", 200, 300, (168, 60, 40))
    write_png(directory / "fanart.png", 320, 180, (40, 90, 150))
    for ending, text in (("en.sdh", "[wind howls]"), ("de.forced", "Wache!")):
        subtitle = directory / f"{VIDEO_STEM}.{ending}.srt"
        subtitle.write_text(_SUBTITLE.format(text=text), encoding="utf-8")
    _date_back(directory)
    return directory


def make_library(library: Path) -> dict[Path, SampleMovie]:
    """Make or replace all sample movies below `library`; returns them by their directories."""
    made = {make_movie_directory(library): SINTEL}
    for movie in SAMPLE_MOVIES:
        if movie is not SINTEL:
            directory = _make_movie(library, movie)
            _date_back(directory)
            made[directory] = movie
    return made


def _make_movie(library: Path, movie: SampleMovie) -> Path:
    directory = library / movie.directory_name
    directory.mkdir(parents=True, exist_ok=True)
    write_clip(directory / f"{movie.video_stem}.mkv")
    if movie.nfo is not None:
        (directory / f"{movie.video_stem}.nfo").write_text(movie.nfo, encoding="utf-8")
    return directory


def _date_back(directory: Path) -> None:
    then = time.time() - _HOUR
    for path in directory.iterdir():
        os.utime(path, (then, then))
