"""A movie's description by its NFO."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from media.disk import reading
from media.enrichment.description import Description, Part, known_only
from media.errors import LastingError
from media.nfo import MAX_BYTES, MovieNfo, NfoActor, parse_nfo, read_movie


@dataclass(frozen=True)
class NfoFound:
    """What the NFO says, and why it could not be read, if so."""

    nfo: MovieNfo
    warnings: Sequence[str] = ()


def read_nfos(paths: Sequence[Path]) -> NfoFound:
    """Return what the first of the NFOs that says anything says.

    Raises:
        LibraryUnavailableError, StillCopyingError: the disk is not there, or somebody is at work.
    """
    warnings: list[str] = []
    for path in paths:
        try:
            with reading(path), path.open("rb") as file:
                nfo = read_movie(parse_nfo(file.read(MAX_BYTES + 1)).root)
        except LastingError as error:
            warnings.append(str(error))
            continue
        if nfo != MovieNfo():
            return NfoFound(nfo, warnings)
    return NfoFound(MovieNfo(), warnings)


def description_by_nfo(nfo: MovieNfo) -> Description:
    """Return what the NFO says, people included."""
    collection = nfo.collection
    ratings = {
        one.source: {"value": one.value, "votes": one.votes, "max": one.maximum}
        for one in nfo.ratings
    }
    values: dict[str, Any] = {
        "title": nfo.title,
        "original_title": nfo.original_title,
        "sort_title": nfo.sort_title,
        "year": nfo.year,
        "premiered": nfo.premiered,
        "plot": nfo.plot,
        "outline": nfo.outline,
        "tagline": nfo.tagline,
        "runtime_minutes": nfo.runtime_minutes,
        "certification": nfo.certification,
        "collection": collection and collection.name,
        "collection_id": collection and collection.tmdb_id,
        "collection_overview": collection and collection.overview,
        "genres": list(nfo.genres),
        "countries": list(nfo.countries),
        "studios": list(nfo.studios),
        "tags": list(nfo.tags),
        "ratings": ratings,
        "trailer_url": nfo.trailer,
        "tmdb_id": nfo.tmdb_id,
        "imdb_id": nfo.imdb_id,
        "tvdb_id": nfo.tvdb_id,
    }
    return Description(known_only(values), tuple(_parts(nfo)))


def _parts(nfo: MovieNfo) -> Iterator[Part]:
    yield from map(_actor, nfo.actors)
    for name in nfo.directors:
        yield Part("crew", name, department="Directing", job="Director")
    for name in nfo.credits:
        yield Part("crew", name, department="Writing", job="Writer")


def _actor(actor: NfoActor) -> Part:
    return Part("cast", actor.name, actor.role, picture_url=actor.picture)
