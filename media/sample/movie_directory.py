"""Make the directory of one small movie, complete as a manager leaves it behind."""

import os
import time
from pathlib import Path

from media.sample.matroska import Clip, write_clip
from media.sample.png import write_png

TITLE, YEAR, TMDB_ID, IMDB_ID = "Sintel", 2010, 45745, "tt1727587"
DIRECTORY_NAME = f"{TITLE} ({YEAR})"
VIDEO_STEM = f"{DIRECTORY_NAME} Bluray-1080p"
VIDEO_NAME = f"{VIDEO_STEM}.mkv"

_NFO = f"""<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<movie>
  <title>{TITLE}</title>
  <year>{YEAR}</year>
  <plot>A girl looks for her dragon.</plot>
  <genre>Animation</genre>
  <genre>Fantasy</genre>
  <uniqueid type="tmdb" default="true">{TMDB_ID}</uniqueid>
  <uniqueid type="imdb">{IMDB_ID}</uniqueid>
</movie>
"""
_SUBTITLE = "1\n00:00:00,200 --> 00:00:01,800\n{text}\n"
_HOUR = 3600


def make_movie_directory(library: Path) -> Path:
    """Make or replace the sample movie below `library`; returns its directory.

    Every file is dated an hour back, as of a download that has long ended.
    """
    directory = library / DIRECTORY_NAME
    directory.mkdir(parents=True, exist_ok=True)
    write_clip(directory / VIDEO_NAME)
    write_clip(directory / f"{VIDEO_STEM}-trailer.mkv", Clip(seconds=1, subtitle_language=None))
    (directory / f"{VIDEO_STEM}.nfo").write_text(_NFO, encoding="utf-8")
    write_png(directory / "poster.png", 200, 300, (168, 60, 40))
    write_png(directory / "fanart.png", 320, 180, (40, 90, 150))
    for ending, text in (("en.sdh", "[wind howls]"), ("de.forced", "Wache!")):
        subtitle = directory / f"{VIDEO_STEM}.{ending}.srt"
        subtitle.write_text(_SUBTITLE.format(text=text), encoding="utf-8")
    _date_back(directory)
    return directory


def _date_back(directory: Path) -> None:
    then = time.time() - _HOUR
    for path in directory.iterdir():
        os.utime(path, (then, then))
