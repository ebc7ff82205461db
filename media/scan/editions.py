"""Which edition of a movie a file name tells of: `Director's Cut`, `Extended`."""

import re
from typing import Any

from media.scan.directory_name import guess_of

_NAMED = re.compile(r"\{edition-([^}]+)\}", re.IGNORECASE)  # Plex's way
# Cuts that people name and guessit does not know.
_CUT = re.compile(
    r"\b(final|assembly|rogue|international|workprint|producer'?s)[ ._-]cut\b", re.IGNORECASE
)
_YEAR = re.compile(r"[(\[. _]((?:19|20)\d{2})(?!\d)[)\]]?")

# Of a movie's name these say nothing true: `Dune Part Two` is a title. And a range such as
# `S01E1-E9999` takes guessit minutes.
_READING: dict[str, Any] = {"type": "movie", "excludes": ["season", "episode", "disc", "part"]}


def edition_of(name: str, movie_name: str) -> str | None:
    """Return the edition that `name`, a file's without its ending, tells of, None without one.

    What the name shares with `movie_name`, its directory's, is title and not searched.
    """
    if named := _NAMED.search(name):
        return named[1].strip() or None
    rest = _after_title(name, movie_name)
    if cut := _CUT.search(rest):
        return f"{cut[1].title()} Cut".replace("'S", "'s")
    if not any(character.isalpha() for character in rest):
        return None
    # Behind a title guessit takes the rest for what it is; alone, for a title.
    said: Any = guessed(f"Title (2000) {rest}").get("edition")
    return ", ".join(said) if isinstance(said, list) else said


def guessed(name: str) -> dict[str, Any]:
    """Return what guessit reads out of `name`, nothing where it fails."""
    # The first import takes a third of a second: only whoever needs it waits.
    from guessit import guessit
    from guessit.api import GuessitException

    try:
        return dict(guessit(name, _READING))
    except GuessitException:
        return {}


def _after_title(name: str, movie_name: str) -> str:
    plain = _plain(name)
    for title in (movie_name, guess_of(movie_name).title or movie_name):
        if plain.startswith(_plain(title)):
            return name[len(title) :]
    years = list(_YEAR.finditer(name))
    return name[years[-1].end() :] if years else ""


def _plain(name: str) -> str:
    return re.sub(r"[._]", " ", name).lower()
