"""A movie's description by TMDB."""

from collections.abc import Iterator
from typing import Any

from media.enrichment.description import Description, Part, known_only
from media.languages import container_language
from media.phases import EnrichmentPhase
from media.providers.image import ProviderImage
from media.providers.tmdb import TmdbDetails, TmdbMovie

# Kodi's name of the source of a rating.
SOURCE = "themoviedb"


def description_by_tmdb(movie: TmdbMovie, phase: EnrichmentPhase) -> Description:
    """Return what TMDB says; texts that are not translated are English."""
    details = movie.details
    collection = details.belongs_to_collection
    values: dict[str, Any] = {
        "title": details.title,
        "original_title": details.original_title,
        "year": _year(details.release_date),
        "premiered": details.release_date,
        "plot": movie.text("overview", phase.language),
        "tagline": movie.text("tagline", phase.language),
        "runtime_minutes": details.runtime or None,
        "certification": movie.certification(phase.region),
        "collection": collection and collection.name,
        "collection_id": collection and collection.id,
        "genres": [genre.name for genre in details.genres],
        "countries": [country.name for country in details.production_countries],
        "studios": [company.name for company in details.production_companies],
        "tags": [keyword.name for keyword in details.keywords.keywords],
        "languages": _languages(details),
        "original_language": container_language(details.original_language),
        "release_status": details.status,
        "popularity": details.popularity,
        "ratings": _ratings(details),
        "trailer_url": _trailer(movie.images(), phase.language),
        "tmdb_id": details.id,
        "imdb_id": details.imdb_id or details.external_ids.imdb_id,
    }
    return Description(known_only(values), tuple(_parts(movie)))


def _year(release_date: str | None) -> int | None:
    digits = (release_date or "")[:4]
    return int(digits) if digits.isdigit() else None


def _languages(details: TmdbDetails) -> list[str]:
    tags = (container_language(one.iso_639_1) for one in details.spoken_languages)
    return list(dict.fromkeys(tag for tag in tags if tag and tag != "xx"))


def _ratings(details: TmdbDetails) -> dict[str, Any]:
    if not details.vote_count or details.vote_average is None:
        return {}
    rating = {"value": details.vote_average, "votes": details.vote_count, "max": 10}
    return {SOURCE: rating}


def _trailer(offered: list[ProviderImage], language: str) -> str | None:
    trailers = [one for one in offered if one.kind == "trailer"]
    trailers.sort(key=lambda one: (one.language != language, not one.is_official))
    return trailers[0].url if trailers else None


def _parts(movie: TmdbMovie) -> Iterator[Part]:
    people = movie.details.credits
    in_order = sorted(people.cast, key=lambda one: 10_000 if one.order is None else one.order)
    for person in in_order:
        picture = movie.picture_url(person.profile_path)
        yield Part("cast", person.name, person.character, None, None, person.id, picture)
    for person in people.crew:
        picture = movie.picture_url(person.profile_path)
        yield Part("crew", person.name, None, person.department, person.job, person.id, picture)
