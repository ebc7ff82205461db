"""Which video is the movie, and what the others are.

Extras are known by where they lie (everything in a subdirectory) or by their
name, after Kodi's, Jellyfin's and Plex's rules.
"""

import re
from collections.abc import Iterable, Mapping
from pathlib import PurePosixPath

from media.errors import NoVideoError
from media.movie import FileRole, StoredFile
from media.scan.discs import disc_feature, is_of_disc
from media.scan.file_names import USUAL, Endings, is_at_top, is_video, stem
from media.scan.temporaries import is_temporary

_TRAILER = re.compile(r"(.*([-._]| - ))?trailer\d*", re.IGNORECASE)
_SAMPLE = re.compile(r"(.*[-._])?sample|sample[-._].*", re.IGNORECASE)
_EXTRA = re.compile(
    r".*-(behindthescenes|clip|deleted|deletedscene|extra|featurette|interview|other|scene|short)",
    re.IGNORECASE,
)
_PART = re.compile(
    r"(?P<name>.*?)[ _.-]*(cd|dvd|part|pt|dis[ck])[ _.-]*(?P<number>\d{1,2}|[a-d])", re.IGNORECASE
)


def assign_roles(
    files: Iterable[StoredFile], directory_name: str, endings: Endings = USUAL
) -> dict[str, FileRole]:
    """Return the role of each video by its relative path.

    Exactly one is MAIN: of those that are no extras, the one named like the
    directory, else the largest; of a movie in several parts, the first part.
    Of a disc's structure only its longest title counts.
    Raises `NoVideoError` when there is none.
    """
    files = list(files)
    videos = [file for file in files if is_whole_video(file.relative_path, endings)]
    roles = {file.relative_path: _extra_role(file.relative_path, directory_name) for file in videos}
    features = [file for file in videos if roles[file.relative_path] is None]
    disc = disc_feature(files)
    if not features and not disc:
        raise NoVideoError(f"no video of the movie in the directory {directory_name!r}")
    if features:
        main = _first_part(_most_likely(features, directory_name), features)
    else:
        main = disc[0]
        roles |= dict.fromkeys(file.relative_path for file in disc)
    return {path: role or _feature_role(path, main) for path, role in roles.items()}


def part_numbers(roles: Mapping[str, FileRole]) -> dict[str, int]:
    """Return the number of each part by its relative path, none for a movie in one file."""
    parts = [path for path, role in roles.items() if role in (FileRole.MAIN, FileRole.PART)]
    if len(parts) < 2:
        return {}
    if any(is_of_disc(path) for path in parts):
        return {path: number for number, path in enumerate(sorted(parts, key=str.lower), 1)}
    return {path: _part_number(path) for path in parts}


def is_feature_name(name: str, directory_name: str, endings: Endings = USUAL) -> bool:
    """Whether the file `name`, directly in its directory, is a movie's and no extra's."""
    return is_whole_video(name, endings) and _extra_role(name, directory_name) is None


def is_whole_video(path: str, endings: Endings = USUAL) -> bool:
    """Whether `path` is a video's that is not being written, outside of any disc's structure."""
    name = PurePosixPath(path).name
    return is_video(name, endings) and not is_temporary(name) and not is_of_disc(path)


def _extra_role(path: str, directory_name: str) -> FileRole | None:
    name = stem(path)
    if is_at_top(path) and name.casefold() == directory_name.casefold():
        return None
    where = PurePosixPath(path).parts[0].lower()
    if _TRAILER.fullmatch(name) or where in ("trailer", "trailers"):
        return FileRole.TRAILER
    if _SAMPLE.fullmatch(name) or where in ("sample", "samples"):
        return FileRole.SAMPLE
    if _EXTRA.fullmatch(name) or not is_at_top(path):
        return FileRole.EXTRA
    return None


def _most_likely(features: list[StoredFile], directory_name: str) -> StoredFile:
    wanted = directory_name.casefold()

    def _likelihood(file: StoredFile) -> tuple[bool, bool, int]:
        name = stem(file.relative_path).casefold()
        return name == wanted, name.startswith(wanted), file.size

    return max(features, key=_likelihood)


def _first_part(main: StoredFile, features: list[StoredFile]) -> StoredFile:
    whole = _without_part(main.relative_path)
    if whole is None:
        return main
    parts = [file for file in features if _without_part(file.relative_path) == whole]
    return min(parts, key=lambda file: (_part_number(file.relative_path), file.relative_path))


def _feature_role(path: str, main: StoredFile) -> FileRole:
    if path == main.relative_path:
        return FileRole.MAIN
    whole = _without_part(path)
    if is_of_disc(path) or (whole is not None and whole == _without_part(main.relative_path)):
        return FileRole.PART
    return FileRole.VERSION


def _without_part(path: str) -> str | None:
    match = _PART.fullmatch(stem(path))
    return match["name"].casefold() if match else None


def _part_number(path: str) -> int:
    match = _PART.fullmatch(stem(path))
    number = match["number"].lower() if match else "0"
    return int(number) if number.isdigit() else "abcd".index(number) + 1
