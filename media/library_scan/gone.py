"""Mark what is no longer in the library."""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from media.library.models import Directory, LibraryChange, MediaFile, Movie
from media.movie import FEATURES

DIRECTORY_GONE = "its directory is gone"
VIDEO_GONE = "its video is gone"


@dataclass(frozen=True)
class Gone:
    """A movie that is gone from the disk, and why it counts as gone."""

    directory: str
    reason: str


def is_there(path: str) -> bool:
    """Whether there is anything at `path`; also when that cannot be told."""
    try:
        os.lstat(path)
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError:
        return True
    return True


def has_lost_its_videos(session: Session, directory: str) -> bool:
    """Whether none of the videos that the library knows of the movie is there any more.

    A video that the configuration leaves out now is there all the same.
    """
    videos = (
        select(MediaFile.relative_path)
        .join(Movie, Movie.id == MediaFile.movie_id)
        .where(Movie.directory == directory, MediaFile.role.in_([str(role) for role in FEATURES]))
    )
    return not any(is_there(f"{directory}/{path}") for path in session.scalars(videos))


def delete_movies(session: Session, gone: Iterable[Gone], now: datetime) -> list[str]:
    """Mark the movies as deleted, and let the players be told; returns their directories.

    Passed over is what is known to be elsewhere by now, since it was moved, and what
    was deleted already.
    """
    deleted = []
    for one in gone:
        movie = session.scalar(select(Movie).where(Movie.directory == one.directory))
        if movie is None or movie.deleted_at is not None:
            continue
        movie.deleted_at, movie.delete_reason = now, one.reason
        forget_directory(session, one.directory, movie.id, now)
        deleted.append(one.directory)
    return deleted


def forget_directories(session: Session, directories: Iterable[str]) -> None:
    """Take away what was seen of directories that are gone and never held a movie."""
    for directory in directories:
        session.execute(delete(Directory).where(Directory.path == directory))


def forget_directory(session: Session, directory: str, movie_id: int | None, now: datetime) -> None:
    """Take away what was seen of the directory, and let the players be told."""
    session.execute(delete(Directory).where(Directory.path == directory))
    session.add(
        LibraryChange(
            directory=directory, change="deleted", files=[], movie_id=movie_id, created_at=now
        )
    )
