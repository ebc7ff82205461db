"""The names that players look for, without the ending that tells the format.

| what | name |
| --- | --- |
| the best of a kind of artwork | `poster`, `fanart`, `clearlogo`, … |
| the others of it | `poster1`, `poster2`, …, as Kodi counts them |
| the others of fanart | `backdrop1`, … as well, which is how Jellyfin counts |
| an actor's picture | `.actors/First_Last` |
| a trailer | `<video>-trailer`, `<video>-trailer2`, … |
| an NFO | `<video>.nfo` or `movie.nfo` |

A disc's structure is no place for files of ours: its NFO is `movie.nfo`, its trailer
`movie-trailer`, beside the structure.
"""

import re
from pathlib import PurePosixPath

from media.asset_kinds import ACTORS_DIRECTORY
from media.scan.discs import is_of_disc

MOVIE_NFO = "movie.nfo"

# What Windows' shares refuse in a name. Kodi looks for the name as it is, so of these
# actors it shows the picture whose web address is in the NFO.
_REFUSED = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f]')
# Names may have 255 bytes; this leaves room for an ending.
_NAME_BYTES = 240


def artwork_names(kind: str, rank: int, *, for_jellyfin: bool) -> list[str]:
    """Return the names for what has `rank` among the movie's artwork of `kind`, from 0."""
    if rank == 0:
        return [kind]
    more = [f"backdrop{rank}"] if kind == "fanart" and for_jellyfin else []
    return [f"{kind}{rank}", *more]


def actor_name(name: str) -> str:
    """Return the name for the picture of the actor `name`."""
    plain = _REFUSED.sub("_", " ".join(name.split())).replace(" ", "_")
    return f"{ACTORS_DIRECTORY}/{plain.encode()[:_NAME_BYTES].decode(errors='ignore')}"


def trailer_name(video: str, rank: int) -> str:
    """Return the name for a trailer of the movie in the file `video`."""
    of = "movie" if is_of_disc(video) else without_ending(video)
    return f"{of}-trailer{rank + 1 if rank else ''}"


def nfo_name(video: str) -> str:
    """Return the name of the NFO for the file `video`."""
    return MOVIE_NFO if is_of_disc(video) else f"{without_ending(video)}.nfo"


def without_ending(path: str) -> str:
    """Return the relative `path` without the ending of its name."""
    found = PurePosixPath(path)
    return str(found.with_name(found.stem))
