"""What a movie's directory name suggests: `Title (Year) {tmdb-123}` and the like."""

import re

from media.movie import KnownMovie

_TMDB = re.compile(r"[\[{(]tmdb(?:id)?[-=]([0-9]{1,9})[\]})]", re.IGNORECASE)
_IMDB = re.compile(r"[\[{(](?:imdb(?:id)?[-=])?(tt[0-9]+)[\]})]", re.IGNORECASE)
_YEAR = re.compile(r"[(\[]((?:19|20)[0-9]{2})[)\]]")
_BRACKETS = re.compile(r"[\[{][^\]}]*[\]}]")


def guess_of(name: str) -> KnownMovie:
    """Return title, year and ids as far as `name` has them."""
    tmdb, imdb, year = _TMDB.search(name), _IMDB.search(name), _YEAR.search(name)
    title = name[: year.start()] if year and year.start() else _BRACKETS.sub("", name)
    return KnownMovie(
        title=_tidied(title) or name,
        year=int(year[1]) if year else None,
        tmdb_id=int(tmdb[1]) if tmdb else None,
        imdb_id=imdb[1].lower() if imdb else None,
    )


def _tidied(title: str) -> str:
    # "Sintel." was a separator; "Wait..." is a title, and so is "Monsters, Inc. ".
    is_titles = title.endswith((". ", "..."))
    title = title.strip(" -_").lstrip(".")
    return title if is_titles or title.endswith("...") else title.strip(" .-_")
