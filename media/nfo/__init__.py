"""NFO files of movies: the XML that Kodi, Jellyfin and Plex read beside a video.

`content` says what an NFO of ours holds, `document` reads and writes the file around it,
`elements` turns the one into the other, and `merging` brings our content into a file
that somebody else has written or changed.
"""

from media.nfo.content import (
    MovieNfo,
    NfoActor,
    NfoAudio,
    NfoRating,
    NfoSet,
    NfoStreams,
    NfoVideo,
)
from media.nfo.decoding import decode
from media.nfo.document import MAX_BYTES, NfoDocument, parse_nfo
from media.nfo.merging import MergedNfo, merge_nfo
from media.nfo.reading import read_movie

__all__ = [
    "MAX_BYTES",
    "MergedNfo",
    "MovieNfo",
    "NfoActor",
    "NfoAudio",
    "NfoDocument",
    "NfoRating",
    "NfoSet",
    "NfoStreams",
    "NfoVideo",
    "decode",
    "merge_nfo",
    "parse_nfo",
    "read_movie",
]
