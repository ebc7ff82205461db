"""Which video is the movie, and what the others are.

Extras are known by where they lie (everything in a subdirectory) or by their
name, after Kodi's, Jellyfin's and Plex's rules.
"""

import re
from collections.abc import Iterable
from pathlib import PurePosixPath

from media.errors import NoVideoError
from media.movie import FileRole, StoredFile
from media.scan.file_names import is_at_top, is_video, stem
from media.scan.temporaries import is_temporary

_TRAILER = re.compile(r"(.*([-._]| - ))?trailer\d*", re.IGNORECASE)
_SAMPLE = re.compile(r"(.*[-._])?sample|sample[-._].*", re.IGNORECASE)
_EXTRA = re.compile(
    r".*-(behindthescenes|clip|deleted|deletedscene|extra|featurette|interview|other|scene|short)",
    re.IGNORECASE,
)
_PART = re.compile(r"(?P<name>.*?)[ _.-]*(cd|dvd|part|pt|dis[ck])[ _.-]*[0-9a-d]", re.IGNORECASE)


def assign_roles(files: Iterable[StoredFile], directory_name: str) -> dict[str, FileRole]:
    """Return the role of each video by its relative path.

    Exactly one is MAIN: of those that are no extras, the one named like the
    directory, else the largest; of a movie in several parts, the first part.
    Raises `NoVideoError` when there is none.
    """
    videos = [file for file in files if is_video(file.relative_path) and not _unfinished(file)]
    roles = {file.relative_path: _extra_role(file, directory_name) for file in videos}
    features = [file for file in videos if roles[file.relative_path] is None]
    if not features:
        raise NoVideoError(f"no video of the movie in the directory {directory_name!r}")
    main = _first_part(_most_likely(features, directory_name), features)
    return {path: role or _feature_role(path, main) for path, role in roles.items()}


def _unfinished(file: StoredFile) -> bool:
    return is_temporary(PurePosixPath(file.relative_path).name)


def _extra_role(file: StoredFile, directory_name: str) -> FileRole | None:
    name = stem(file.relative_path)
    if is_at_top(file.relative_path) and name.casefold() == directory_name.casefold():
        return None
    where = PurePosixPath(file.relative_path).parts[0].lower()
    if _TRAILER.fullmatch(name) or where in ("trailer", "trailers"):
        return FileRole.TRAILER
    if _SAMPLE.fullmatch(name) or where in ("sample", "samples"):
        return FileRole.SAMPLE
    if _EXTRA.fullmatch(name) or not is_at_top(file.relative_path):
        return FileRole.EXTRA
    return None


def _most_likely(features: list[StoredFile], directory_name: str) -> StoredFile:
    wanted = directory_name.casefold()
    return max(
        features,
        key=lambda file: (stem(file.relative_path).casefold().startswith(wanted), file.size),
    )


def _first_part(main: StoredFile, features: list[StoredFile]) -> StoredFile:
    whole = _without_part(main.relative_path)
    if whole is None:
        return main
    parts = [file for file in features if _without_part(file.relative_path) == whole]
    return min(parts, key=lambda file: file.relative_path.casefold())


def _feature_role(path: str, main: StoredFile) -> FileRole:
    if path == main.relative_path:
        return FileRole.MAIN
    whole = _without_part(path)
    if whole is not None and whole == _without_part(main.relative_path):
        return FileRole.PART
    return FileRole.VERSION


def _without_part(path: str) -> str | None:
    match = _PART.fullmatch(stem(path))
    return match["name"].casefold() if match else None
