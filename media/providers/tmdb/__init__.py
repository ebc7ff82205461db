"""TMDB: metadata, cast and crew, artwork, trailers."""

from media.providers.tmdb.answers import TmdbDetails, TmdbFound
from media.providers.tmdb.client import Tmdb
from media.providers.tmdb.movie import TmdbMovie

__all__ = ["Tmdb", "TmdbDetails", "TmdbFound", "TmdbMovie"]
