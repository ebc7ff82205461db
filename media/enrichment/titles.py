"""Which of the movies that a search found is the one, if that is sure."""

import re
import unicodedata
from collections.abc import Iterable, Sequence

from media.providers.tmdb import TmdbFound


def plain(title: str) -> str:
    """Return a title without what people write now so, now otherwise: case, accents, marks."""
    # A letter in a fancy form shows its case only when it is taken apart.
    folded = unicodedata.normalize("NFKD", title.casefold()).casefold()
    bare = unicodedata.normalize("NFKD", folded).replace("&", " and ")
    letters = "".join(sign for sign in bare if not unicodedata.combining(sign))
    # Within a word an apostrophe is no gap.
    return " ".join(re.findall(r"\w+", re.sub(r"['’`]", "", letters)))  # noqa: RUF001


def sure_match(
    found: Sequence[TmdbFound], titles: Iterable[str], year: int | None
) -> TmdbFound | None:
    """Return the one that has one of the titles exactly, and the year give or take one.

    None where nothing fits, or several fit as well: a wrong match is worse than none. Without
    a year the title must be nobody else's.
    """
    wanted = {plain(title) for title in titles} - {""}
    same = [one for one in found if wanted & {plain(one.title), plain(one.original_title or "")}]
    if year is None:
        return _only(same)
    exact = [one for one in same if one.year == year]
    near = [one for one in same if one.year is not None and abs(one.year - year) == 1]
    return _only(exact or near)


def _only(found: Sequence[TmdbFound]) -> TmdbFound | None:
    ids = {one.id for one in found}
    return found[0] if len(ids) == 1 else None
