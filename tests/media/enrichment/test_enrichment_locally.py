from collections.abc import Callable
from pathlib import Path

import pytest
from fakes import Providers

from media.enrichment import EnrichmentSummary
from media.errors import StillCopyingError
from media.library.database import Library
from media.library.models import MediaFile, Movie

MATRIX = 603
NFO = """<?xml version="1.0" encoding="UTF-8"?>
<movie>
  <title>The Matrix</title>
  <originaltitle>Matrix</originaltitle>
  <sorttitle>Matrix 1</sorttitle>
  <ratings><rating name="imdb" max="10"><value>8.7</value><votes>2000000</votes></rating></ratings>
  <outline>Short.</outline>
  <plot>From the NFO.</plot>
  <runtime>131</runtime>
  <mpaa>Rated R</mpaa>
  <uniqueid type="tmdb" default="true">603</uniqueid>
  <uniqueid type="imdb">tt0133093</uniqueid>
  <uniqueid type="tvdb">169</uniqueid>
  <genre>Action</genre>
  <country>USA</country>
  <set><name>The Matrix Collection</name><overview>All of them.</overview></set>
  <tag>owned</tag>
  <credits>Lana Wachowski</credits>
  <director>Lana Wachowski</director>
  <director>Lilly Wachowski</director>
  <premiered>1999-03-31</premiered>
  <studio>Silver Pictures</studio>
  <actor><name>Keanu Reeves</name><role>Neo</role><thumb>https://example.com/k.jpg</thumb></actor>
  <actor><name>Hugo Weaving</name><role>Agent Smith</role></actor>
</movie>
"""

Add = Callable[..., int]
Enrich = Callable[..., EnrichmentSummary]
Load = Callable[[int], Movie]


def test_without_a_key_it_is_what_the_nfo_tells(
    add: Add, enrich_without_key: Enrich, load: Load, providers: Providers
) -> None:
    summary = enrich_without_key(add("Matrix", nfo=NFO))
    movie = load(summary.movie_id)
    assert movie.metadata_source == summary.source == "local"
    assert movie.enriched_at is not None
    assert (movie.title, movie.original_title, movie.sort_title) == (
        "The Matrix",
        "Matrix",
        "Matrix 1",
    )
    assert (movie.plot, movie.outline, movie.year) == ("From the NFO.", "Short.", 1999)
    assert (movie.runtime_minutes, movie.certification) == (131, "Rated R")
    assert (movie.collection, movie.collection_overview) == (
        "The Matrix Collection",
        "All of them.",
    )
    assert (movie.tmdb_id, movie.imdb_id, movie.tvdb_id) == (MATRIX, "tt0133093", 169)
    assert (movie.genres, movie.countries, movie.studios, movie.tags) == (
        ["Action"],
        ["USA"],
        ["Silver Pictures"],
        ["owned"],
    )
    assert movie.ratings == {"imdb": {"value": 8.7, "votes": 2_000_000, "max": 10}}
    assert providers.tmdb.requests == []
    assert summary.warnings == []


def test_people_come_from_the_nfo_too(add: Add, enrich_without_key: Enrich, load: Load) -> None:
    summary = enrich_without_key(add("Matrix", nfo=NFO))
    people = load(summary.movie_id).credits
    cast = [(one.name, one.role, one.picture_url) for one in people if one.kind == "cast"]
    assert cast == [
        ("Keanu Reeves", "Neo", "https://example.com/k.jpg"),
        ("Hugo Weaving", "Agent Smith", None),
    ]
    crew = [(one.name, one.department, one.job) for one in people if one.kind == "crew"]
    assert crew == [
        ("Lana Wachowski", "Directing", "Director"),
        ("Lilly Wachowski", "Directing", "Director"),
        ("Lana Wachowski", "Writing", "Writer"),
    ]
    assert (summary.cast, summary.crew) == (2, 3)


def test_without_an_nfo_it_is_what_the_file_tells(
    add: Add, enrich_without_key: Enrich, load: Load
) -> None:
    summary = enrich_without_key(add("My holidays", year=2001))
    movie = load(summary.movie_id)
    assert (movie.title, movie.year, movie.runtime_minutes) == ("My holidays", 2001, 90)
    assert movie.metadata_source == "local"


def test_what_is_known_stays_where_the_nfo_is_silent(
    add: Add, enrich_without_key: Enrich, load: Load
) -> None:
    number = add("Matrix", nfo="<movie><title>Matrix</title></movie>", plot="Known.", year=1999)
    enrich_without_key(number)
    movie = load(number)
    assert (movie.plot, movie.year) == ("Known.", 1999)


def test_locked_fields_stay(add: Add, enrich_without_key: Enrich, load: Load) -> None:
    number = add("Mine", nfo=NFO, locked_fields=["title", "tmdb_id"])
    summary = enrich_without_key(number)
    movie = load(number)
    assert (movie.title, movie.tmdb_id, movie.plot) == ("Mine", None, "From the NFO.")
    assert summary.locked == ["title", "tmdb_id"]


def test_a_second_run_changes_nothing(add: Add, enrich_without_key: Enrich, load: Load) -> None:
    number = add("Matrix", nfo=NFO)
    enrich_without_key(number)
    before = [one.id for one in load(number).credits]
    again = enrich_without_key(number)
    assert not again.reidentified
    assert [one.id for one in load(number).credits] == before


@pytest.mark.usefixtures("bound_by_permissions")
def test_an_nfo_that_may_not_be_read_is_a_warning(
    add: Add, enrich_without_key: Enrich, root: Path
) -> None:
    number = add("Matrix", nfo=NFO)
    nfo = root / "movies" / "Matrix" / "movie.nfo"
    nfo.chmod(0)
    summary = enrich_without_key(number)
    assert summary.title == "Matrix"
    assert str(nfo) in summary.warnings[0]


def test_an_nfo_that_vanished_is_waited_for(
    add: Add, enrich_without_key: Enrich, load: Load, root: Path
) -> None:
    number = add("Matrix", nfo=NFO)
    (root / "movies" / "Matrix" / "movie.nfo").unlink()
    with pytest.raises(StillCopyingError):
        enrich_without_key(number)
    assert load(number).enriched_at is None


def test_what_tmdb_does_not_know_is_taken_from_the_nfo(
    add: Add, enrich: Enrich, load: Load
) -> None:
    summary = enrich(add("Matrix", nfo=NFO, tmdb_id=MATRIX))
    movie = load(summary.movie_id)
    assert summary.source == "tmdb"
    assert (movie.plot or "").startswith("A hacker")
    assert (movie.outline, movie.sort_title, movie.tvdb_id) == ("Short.", "Matrix 1", 169)
    assert set(movie.ratings or {}) == {"imdb", "themoviedb"}
    assert [one.name for one in movie.credits if one.kind == "cast"][-1] == "Carrie-Anne Moss"


def test_the_nfo_of_another_movie_tells_nothing(
    add: Add, enrich: Enrich, load: Load, library: Library
) -> None:
    summary = enrich(add("Inception", nfo=NFO, tmdb_id=27205))
    movie = load(summary.movie_id)
    assert (movie.title, movie.outline, movie.tvdb_id) == ("Inception", None, None)
    assert set(movie.ratings or {}) == {"themoviedb"}


def test_a_versions_nfo_comes_after_the_movies(
    add: Add, enrich_without_key: Enrich, load: Load, library: Library
) -> None:
    number = add("Matrix")
    with library.writing() as session:
        movie = session.get_one(Movie, number)
        movie.files[0].relative_path = "The Matrix.mkv"
        for name in ("A version.nfo", "The Matrix.nfo"):
            movie.files.append(MediaFile(role="nfo", relative_path=name, size=1, mtime_ns=1))
            text = f"<movie><title>{name}</title></movie>"
            (Path(movie.directory) / name).write_text(text, encoding="utf-8")
    enrich_without_key(number)
    assert load(number).title == "The Matrix.nfo"
