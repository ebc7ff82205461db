"""Tell whether somebody is still writing the movie's files.

The answer never comes from waiting here: either the files have been left alone
for long enough, or an earlier attempt saw them exactly as they are now. The
second also holds where the file server's clock is wrong.
"""

import time
from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath

from media.errors import StillCopyingError
from media.movie import StoredFile
from media.scan.file_names import USUAL, Endings, is_at_top, is_video
from media.scan.temporaries import is_temporary


def ensure_complete(
    files: Sequence[StoredFile],
    seen: Mapping[str, list[int]],
    quiet_seconds: float,
    endings: Endings = USUAL,
) -> list[str]:
    """Raise `StillCopyingError` while videos are being written; return warnings.

    `seen` is what the error of an earlier attempt had observed, empty at the
    first. A temporary file that did not change between two attempts no longer
    holds up a movie whose video is there: it is a leftover, and a warning.
    """
    temporaries = [file for file in files if is_temporary(PurePosixPath(file.relative_path).name)]
    videos = [
        file for file in files if is_video(file.relative_path, endings) and file not in temporaries
    ]
    observed = _fingerprint([*videos, *temporaries])
    unchanged = dict(seen) == observed
    if temporaries and not (unchanged and any(is_at_top(file.relative_path) for file in videos)):
        raise StillCopyingError(
            f"{temporaries[0].relative_path} is an unfinished download or copy", observed
        )
    fresh = [file for file in videos if not _is_quiet(file, quiet_seconds)]
    if fresh and not unchanged:
        raise StillCopyingError(
            f"{fresh[0].relative_path} was written less than {quiet_seconds:g} s ago", observed
        )
    return [f"left out {file.relative_path}: an unfinished file" for file in temporaries]


def _fingerprint(files: Sequence[StoredFile]) -> dict[str, list[int]]:
    return {file.relative_path: [file.size, file.mtime_ns] for file in files}


def _is_quiet(file: StoredFile, quiet_seconds: float) -> bool:
    # A time in the future proves a wrong clock somewhere, so it proves nothing.
    return time.time_ns() - file.mtime_ns >= quiet_seconds * 1e9
