"""The pictures and trailers that were chosen for a movie, and the names they go by."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from media.asset_kinds import ACTOR, TRAILER
from media.cache.store import Cache
from media.library.models import CacheFile, Movie, Selection
from media.phases import PublishPhase
from media.publishing.names import actor_name, artwork_names, trailer_name
from media.settings import Settings
from media.settings.players import PlayerType

NFO = "nfo"


@dataclass(frozen=True)
class Cached:
    """A file of the cache. `key` is the SHA-256 of its content."""

    key: str
    path: Path
    extension: str


@dataclass(frozen=True)
class Wanted:
    """A picture or trailer that was chosen; `name` has no ending.

    `is_best` marks the one of its kind that other names stand for too, such as
    `folder.jpg` for the poster. `cached` is None where it was never fetched.
    """

    name: str
    kind: str
    is_best: bool
    cached: Cached | None


def is_published(kind: str, phase: PublishPhase) -> bool:
    """Whether files of this kind are written, and taken away, at all."""
    switches = {NFO: True, ACTOR: phase.actors, TRAILER: phase.trailers}
    return switches.get(kind, phase.assets)


def wanted_files(
    session: Session, movie: Movie, video: str, settings: Settings, phase: PublishPhase
) -> list[Wanted]:
    """Return what is to be beside the file `video`; no name twice."""
    cache = Cache(settings.cache_directory)
    found: dict[str, Wanted] = {}
    for one in [*_chosen(session, movie, video, settings, cache), *_actors(session, movie, cache)]:
        if is_published(one.kind, phase):
            # On Windows' shares names that differ in case alone are one name.
            found.setdefault(one.name.casefold(), one)
    return list(found.values())


def _chosen(
    session: Session, movie: Movie, video: str, settings: Settings, cache: Cache
) -> Iterator[Wanted]:
    rows = session.execute(
        select(Selection, CacheFile)
        .outerjoin(CacheFile, Selection.cache_key == CacheFile.key)
        .where(Selection.movie_id == movie.id)
        .order_by(Selection.kind, Selection.rank)
    )
    ranks: dict[str, int] = {}
    for selection, file in rows:
        rank = ranks[selection.kind] = ranks.get(selection.kind, -1) + 1
        for name in _names(selection.kind, rank, video, settings):
            yield Wanted(name, selection.kind, rank == 0, _cached(file, cache))


def _names(kind: str, rank: int, video: str, settings: Settings) -> list[str]:
    if kind == TRAILER:
        return [trailer_name(video, rank)]
    return artwork_names(kind, rank, for_jellyfin=_may_be_read_by_jellyfin(settings))


def _may_be_read_by_jellyfin(settings: Settings) -> bool:
    # Who names no players may have any: they look into the library by themselves.
    types = {player.type for player in settings.players.values() if player.enabled}
    return not types or PlayerType.JELLYFIN in types


def _actors(session: Session, movie: Movie, cache: Cache) -> Iterator[Wanted]:
    pictured = [one for one in movie.credits if one.kind == "cast" and one.picture_key]
    files = _cache_files(session, {str(one.picture_key) for one in pictured})
    for one in pictured:
        yield Wanted(
            actor_name(one.name), ACTOR, False, _cached(files.get(str(one.picture_key)), cache)
        )


def _cache_files(session: Session, keys: set[str]) -> Mapping[str, CacheFile]:
    rows = session.scalars(select(CacheFile).where(CacheFile.key.in_(keys)))
    return {row.key: row for row in rows}


def _cached(file: CacheFile | None, cache: Cache) -> Cached | None:
    if file is None:
        return None
    path = cache.path_of(file.key, file.asset_type, file.extension)
    return Cached(file.key, path, file.extension)
