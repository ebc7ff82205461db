"""What the library has to say in a movie's NFO."""

from collections.abc import Iterable, Sequence

from media.languages import bibliographic_code
from media.library.models import Credit, MediaFile, Movie, StreamRow
from media.movie import StreamKind
from media.nfo import (
    MovieNfo,
    NfoActor,
    NfoAudio,
    NfoRating,
    NfoSet,
    NfoStreams,
    NfoVideo,
)

# The library's names of what `MovieNfo` calls otherwise.
_LOCKS = {
    "collection_id": "collection",
    "collection_overview": "collection",
    "trailer_url": "trailer",
}


def nfo_content(movie: Movie, video: MediaFile, parts: Sequence[MediaFile]) -> MovieNfo:
    """Return what the NFO of the file `video`, which `parts` continue, says of the movie."""
    return MovieNfo(
        title=movie.title,
        original_title=movie.original_title,
        sort_title=movie.sort_title,
        ratings=tuple(_ratings(movie)),
        outline=movie.outline,
        plot=movie.plot,
        tagline=movie.tagline,
        runtime_minutes=movie.runtime_minutes,
        certification=movie.certification,
        tmdb_id=movie.tmdb_id,
        imdb_id=movie.imdb_id,
        tvdb_id=movie.tvdb_id,
        genres=tuple(movie.genres or ()),
        countries=tuple(movie.countries or ()),
        collection=_collection(movie),
        tags=tuple(movie.tags or ()),
        credits=tuple(one.name for one in _crew(movie) if one.department == "Writing"),
        directors=tuple(one.name for one in _crew(movie) if one.job == "Director"),
        premiered=movie.premiered,
        year=movie.year,
        studios=tuple(movie.studios or ()),
        trailer=movie.trailer_url,
        streams=_streams(video, parts),
        actors=tuple(
            NfoActor(one.name, one.role, one.picture_url)
            for one in movie.credits
            if one.kind == "cast"
        ),
    )


def locked_fields(movie: Movie) -> frozenset[str]:
    """Return the fields of `MovieNfo` that a person has set in the library."""
    return frozenset(_LOCKS.get(name, name) for name in movie.locked_fields)


def _crew(movie: Movie) -> Iterable[Credit]:
    return (one for one in movie.credits if one.kind == "crew")


def _ratings(movie: Movie) -> Iterable[NfoRating]:
    for source, rating in (movie.ratings or {}).items():
        if rating.get("value") is not None:
            maximum = int(rating.get("max") or 10)
            yield NfoRating(source, float(rating["value"]), rating.get("votes"), maximum)


def _collection(movie: Movie) -> NfoSet | None:
    if not movie.collection:
        return None
    return NfoSet(movie.collection, movie.collection_overview, movie.collection_id)


def _streams(video: MediaFile, parts: Sequence[MediaFile]) -> NfoStreams:
    duration = sum(file.duration_ms or 0 for file in (video, *parts)) // 1000
    return NfoStreams(
        video=tuple(_video(one, duration) for one in _of_kind(video, StreamKind.VIDEO)),
        audio=tuple(
            NfoAudio(one.codec, _language(one), one.channels)
            for one in _of_kind(video, StreamKind.AUDIO)
        ),
        subtitles=tuple(
            language for one in _of_kind(video, StreamKind.SUBTITLE) if (language := _language(one))
        ),
    )


def _of_kind(video: MediaFile, kind: StreamKind) -> list[StreamRow]:
    return [one for one in video.streams if one.kind == str(kind)]


def _video(stream: StreamRow, duration_seconds: int) -> NfoVideo:
    return NfoVideo(
        stream.codec, stream.width, stream.height, duration_seconds or None, stream.hdr_format
    )


def _language(stream: StreamRow) -> str | None:
    return bibliographic_code(stream.language) if stream.language else None
