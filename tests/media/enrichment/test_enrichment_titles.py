import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from media.enrichment.titles import plain, sure_match
from media.providers.tmdb import TmdbFound


def found(number: int, title: str, year: int | None, original: str | None = None) -> TmdbFound:
    date = f"{year}-05-01" if year else ""
    return TmdbFound(id=number, title=title, original_title=original, release_date=date)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("AMÉLIE", "Amelie"),
        ("Fast & Furious", "Fast and Furious"),
        ("Schindler's List", "Schindlers List"),
        ("Mission: Impossible", "Mission - Impossible"),
        ("WALL·E", "wall e"),
        ("Straße", "STRASSE"),
    ],
)
def test_titles_are_the_same_however_they_are_written(one: str, other: str) -> None:
    assert plain(one) == plain(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("Alien", "Aliens"), ("The Thing", "Thing"), ("Solaris", "Солярис"), ("Se7en", "Seven")],
)
def test_other_titles_are_other_titles(one: str, other: str) -> None:
    assert plain(one) != plain(other)


@given(st.text())
@example("\N{MATHEMATICAL DOUBLE-STRUCK CAPITAL S}")
def test_a_plain_title_stays_as_it_is(title: str) -> None:
    assert plain(plain(title)) == plain(title)


SOLARIS = [found(593, "Solaris", 1972, "Солярис"), found(2103, "Solaris", 2002)]


@pytest.mark.parametrize(
    ("year", "number"),
    [(1972, 593), (1973, 593), (1971, 593), (2002, 2103), (1980, None), (None, None)],
)
def test_the_year_decides_give_or_take_one(year: int | None, number: int | None) -> None:
    match = sure_match(SOLARIS, ["Solaris"], year)
    assert (match and match.id) == number


def test_the_very_year_is_better_than_the_next() -> None:
    both = [found(1, "Twins", 2001), found(2, "Twins", 2000)]
    match = sure_match(both, ["Twins"], 2000)
    assert match is not None
    assert match.id == 2


def test_two_that_fit_as_well_are_none() -> None:
    assert sure_match([found(1, "Twins", 2000), found(2, "Twins", 2000)], ["Twins"], 2000) is None
    assert sure_match([found(1, "Twins", 1999), found(2, "Twins", 2001)], ["Twins"], 2000) is None


def test_the_original_title_will_do() -> None:
    match = sure_match(SOLARIS, ["солярис"], 1972)
    assert match is not None
    assert match.id == 593


def test_without_a_year_the_title_must_be_nobody_elses() -> None:
    assert sure_match([found(1, "Unique", None)], ["Unique"], None) is not None
    assert sure_match([found(1, "Unique", None)], ["Unique"], 2000) is None


def test_a_title_of_signs_alone_fits_nothing() -> None:
    assert sure_match([found(1, "???", 2000)], ["!!!"], 2000) is None
