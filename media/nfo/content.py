"""What an NFO of ours says of a movie: plain values."""

import hashlib
import json
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from typing import Any

from media.nfo.text import clean, in_one_line
from media.nfo.trailer import web_address


@dataclass(frozen=True)
class NfoRating:
    """A rating under Kodi's name of its source: `themoviedb`, `imdb`, …; at most `maximum`."""

    source: str
    value: float
    votes: int | None = None
    maximum: int = 10


@dataclass(frozen=True)
class NfoSet:
    """The collection that a movie is part of."""

    name: str
    overview: str | None = None
    tmdb_id: int | None = None


@dataclass(frozen=True)
class NfoActor:
    """An actor, in the order of importance. `picture` is an address on the web."""

    name: str
    role: str | None = None
    picture: str | None = None


@dataclass(frozen=True)
class NfoVideo:
    """A video stream: size in pixels, duration in seconds, `hdr_type` as Kodi calls it."""

    codec: str | None = None
    width: int | None = None
    height: int | None = None
    duration_seconds: int | None = None
    hdr_type: str | None = None


@dataclass(frozen=True)
class NfoAudio:
    """An audio stream; `language` has three letters."""

    codec: str | None = None
    language: str | None = None
    channels: int | None = None


@dataclass(frozen=True)
class NfoStreams:
    """The streams of the video file; of subtitles only the language, in three letters."""

    video: tuple[NfoVideo, ...] = ()
    audio: tuple[NfoAudio, ...] = ()
    subtitles: tuple[str, ...] = ()


@dataclass(frozen=True)
class MovieNfo:
    """All that we write into an NFO. What is None or empty is not known.

    `credits` are the writers. `premiered` is `YYYY-MM-DD`. Texts are taken as
    XML can hold them: see `cleaned`.
    """

    title: str | None = None
    original_title: str | None = None
    sort_title: str | None = None
    ratings: tuple[NfoRating, ...] = ()
    outline: str | None = None
    plot: str | None = None
    tagline: str | None = None
    runtime_minutes: int | None = None
    certification: str | None = None
    tmdb_id: int | None = None
    imdb_id: str | None = None
    tvdb_id: int | None = None
    genres: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    collection: NfoSet | None = None
    tags: tuple[str, ...] = ()
    credits: tuple[str, ...] = ()
    directors: tuple[str, ...] = ()
    premiered: str | None = None
    year: int | None = None
    studios: tuple[str, ...] = ()
    trailer: str | None = None
    streams: NfoStreams | None = None
    actors: tuple[NfoActor, ...] = ()

    def cleaned(self) -> "MovieNfo":
        """Return it as a file can hold it: what is written and read again is equal to it.

        No control characters, no empty texts, no value twice; a genre with a `/` is
        several, since every player reads it so; pictures only from the web; the year of the
        first showing where no other is said.
        """
        return MovieNfo(
            title=_line(self.title),
            original_title=_line(self.original_title),
            sort_title=_line(self.sort_title),
            ratings=_ratings(self.ratings),
            outline=_text(self.outline),
            plot=_text(self.plot),
            tagline=_line(self.tagline),
            runtime_minutes=_count(self.runtime_minutes),
            certification=_line(self.certification),
            tmdb_id=_count(self.tmdb_id),
            imdb_id=_line(self.imdb_id),
            tvdb_id=_count(self.tvdb_id),
            genres=_lines(part for genre in self.genres for part in genre.split("/")),
            countries=_lines(self.countries),
            collection=_set(self.collection),
            tags=_lines(self.tags),
            credits=_lines(self.credits),
            directors=_lines(self.directors),
            premiered=_line(self.premiered),
            year=_count(self.year) or year_in(self.premiered),
            studios=_lines(self.studios),
            trailer=_trailer(self.trailer),
            streams=_streams(self.streams),
            actors=_actors(self.actors),
        )

    def digests(self) -> dict[str, str]:
        """Return what stands for the value of each field; white space does not count."""
        return {field.name: _digest(getattr(self, field.name)) for field in fields(self)}


def _digest(value: Any) -> str:
    plain = json.dumps(value, default=asdict, ensure_ascii=False)
    collapsed = re.sub(r"(\\n|\s)+", " ", plain)
    return hashlib.sha256(collapsed.encode("utf-8", "replace")).hexdigest()[:16]


def _text(value: str | None) -> str | None:
    return (clean(value) or None) if value else None


def _line(value: str | None) -> str | None:
    return (in_one_line(value) or None) if value else None


def _lines(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(line for value in values if (line := in_one_line(value))))


def _count(value: int | None) -> int | None:
    return value if value and value > 0 else None


def _ratings(ratings: Iterable[NfoRating]) -> tuple[NfoRating, ...]:
    named = {
        source: NfoRating(source, round(one.value, 3), _count(one.votes), one.maximum)
        for one in ratings
        if (source := in_one_line(one.source))
    }
    return tuple(named.values())


def _set(collection: NfoSet | None) -> NfoSet | None:
    name = _line(collection.name) if collection else None
    if collection is None or name is None:
        return None
    return NfoSet(name, _text(collection.overview), _count(collection.tmdb_id))


def _trailer(address: str | None) -> str | None:
    line = _line(address)
    return web_address(line) if line else None


def year_in(text: str | None) -> int | None:
    """Return the year that `text` begins with, None where it does not."""
    digits = re.match(r"[12][0-9]{3}(?![0-9])", text or "")
    return int(digits[0]) if digits else None


def is_on_the_web(address: str | None) -> bool:
    """Whether `address` leads to the web: a player takes anything else for a broken file."""
    return bool(address) and str(address).lower().startswith(("http://", "https://"))


def _actors(actors: Iterable[NfoActor]) -> tuple[NfoActor, ...]:
    cleaned = [
        NfoActor(name, _line(actor.role), picture if is_on_the_web(picture) else None)
        for actor in actors
        if (name := in_one_line(actor.name))
        for picture in [_line(actor.picture)]
    ]
    return tuple(dict.fromkeys(cleaned))


def _streams(streams: NfoStreams | None) -> NfoStreams | None:
    if streams is None:
        return None
    video = [
        NfoVideo(
            _line(one.codec),
            _count(one.width),
            _count(one.height),
            _count(one.duration_seconds),
            _line(one.hdr_type),
        )
        for one in streams.video
    ]
    audio = [
        NfoAudio(_line(one.codec), _line(one.language), _count(one.channels))
        for one in streams.audio
    ]
    subtitles = [line for one in streams.subtitles if (line := in_one_line(one))]
    found = NfoStreams(
        tuple(one for one in video if one != NfoVideo()),
        tuple(one for one in audio if one != NfoAudio()),
        tuple(subtitles),
    )
    return found if found != NfoStreams() else None
