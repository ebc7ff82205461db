"""A movie as a disc's structure: `BDMV/STREAM/00001.m2ts`, `VIDEO_TS/VTS_01_1.VOB`."""

import re
from collections.abc import Iterable, Sequence

from media.movie import StoredFile

DISC_DIRECTORIES = frozenset({"bdmv", "video_ts"})

_STREAM = re.compile(r"bdmv/stream/[^/]+\.m2ts", re.IGNORECASE)
_TITLE = re.compile(r"video_ts/vts_(?P<set>\d\d)_[1-9]\.vob", re.IGNORECASE)


def is_of_disc(path: str) -> bool:
    """Whether the relative `path` lies in a disc's structure."""
    return path.partition("/")[0].lower() in DISC_DIRECTORIES


def disc_feature(files: Iterable[StoredFile]) -> Sequence[StoredFile]:
    """Return the files of the disc's longest title in their order, none without a disc.

    Of a Blu-ray that is the largest stream, of a DVD the largest set of titles,
    which comes in parts of 1 GB.
    """
    titles: dict[str, list[StoredFile]] = {}
    for file in files:
        path = file.relative_path
        if _STREAM.fullmatch(path):
            titles[path] = [file]
        elif title := _TITLE.fullmatch(path):
            titles.setdefault(title["set"], []).append(file)
    largest = max(titles.values(), key=lambda title: sum(file.size for file in title), default=[])
    return sorted(largest, key=lambda file: file.relative_path.lower())
