from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media.movie import KnownMovie, NfoState
from media.scan.nfo import MAX_BYTES, Nfo, read_nfo

FULL = """<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<movie>
  <title>Sintel</title><originaltitle>Sintel</originaltitle><sorttitle>sintel</sorttitle>
  <premiered>2010-12-29</premiered><plot>A girl looks
    for her dragon.</plot><tagline/>
  <runtime>15</runtime><mpaa>US:PG</mpaa>
  <set><name>Open movies</name></set>
  <genre>Animation / Fantasy</genre><genre>Short</genre>
  <uniqueid type="tmdb" default="true">45745</uniqueid><uniqueid type="IMDB">tt1727587</uniqueid>
</movie>"""

LATIN_1 = '<?xml version="1.0" encoding="ISO-8859-1"?><movie><title>Amélie</title></movie>'


def nfo_of(directory: Path, content: str | bytes) -> Nfo:
    path = directory / "movie.nfo"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read_nfo(path)


def test_a_full_nfo_is_read(tmp_path: Path) -> None:
    assert nfo_of(tmp_path, FULL) == Nfo(
        NfoState.READ,
        KnownMovie(
            title="Sintel",
            original_title="Sintel",
            sort_title="sintel",
            year=2010,
            premiered="2010-12-29",
            plot="A girl looks\n    for her dragon.",
            runtime_minutes=15,
            certification="US:PG",
            collection="Open movies",
            genres=("Animation", "Fantasy", "Short"),
            tmdb_id=45745,
            imdb_id="tt1727587",
        ),
    )


@pytest.mark.parametrize(
    ("ids", "tmdb_id", "imdb_id"),
    [("", 603, "tt0133093"), ('<uniqueid type="tmdb">604</uniqueid>', 604, None)],
)
def test_an_address_behind_the_movie_tells_who_it_is_where_the_movie_does_not(
    tmp_path: Path, ids: str, tmdb_id: int, imdb_id: str | None
) -> None:
    addresses = "https://www.imdb.com/title/tt0133093/ https://www.themoviedb.org/movie/603-x"
    found = nfo_of(tmp_path, f"<movie><title>Matrix</title>{ids}</movie>\n{addresses}")
    assert found.known == KnownMovie(title="Matrix", tmdb_id=tmdb_id, imdb_id=imdb_id)


def test_an_address_within_the_movie_is_anybodys(tmp_path: Path) -> None:
    content = "<movie><title>A</title><plot>themoviedb.org/movie/603</plot></movie>"
    assert nfo_of(tmp_path, content).known.tmdb_id is None


@pytest.mark.parametrize(
    ("content", "title"),
    [
        ("<movie><title>Tom & Jerry</title></movie>", "Tom & Jerry"),
        ("<movie><title>Caf&eacute;</title></movie>", "Café"),
        ("<movie><title><![CDATA[Tom & Jerry]]></title></movie>", "Tom & Jerry"),
        ("<movie><title>Wall\x96E</title></movie>".encode("latin-1"), "Wall\u2013E"),
        ("<movie><title>A &lt; B</title></movie>", "A < B"),
        ("<movie><title>Bell\x07</title></movie>", "Bell"),
        ("<movie><title>Open</title>", "Open"),
        ("<movie><title>Behind</title></movie>\nhttps://www.themoviedb.org/movie/1", "Behind"),
        ("\n\n<movie><title>Lines</title></movie>", "Lines"),
        ("<movie><title>Amélie</title></movie>".encode("latin-1"), "Amélie"),
        (
            LATIN_1.encode("latin-1"),
            "Amélie",
        ),
        ("<movie><title>Amélie</title></movie>".encode("utf-8-sig"), "Amélie"),
        ("<movie><title>Amélie</title></movie>".encode("utf-16"), "Amélie"),
        (
            '<?xml version="1.0" encoding="klingon"?><movie><title>Qo</title></movie>',
            "Qo",
        ),
    ],
)
def test_what_kodi_forgives_is_forgiven(tmp_path: Path, content: str | bytes, title: str) -> None:
    nfo = nfo_of(tmp_path, content)
    assert (nfo.state, nfo.known.title) == (NfoState.READ, title)


@pytest.mark.parametrize(
    ("content", "known"),
    [
        ("https://www.themoviedb.org/movie/45745-sintel", KnownMovie(tmdb_id=45745)),
        (
            "https://www.themoviedb.org/movie/1 https://www.imdb.com/title/tt2",
            KnownMovie(tmdb_id=1, imdb_id="tt2"),
        ),
        ("see http://www.imdb.com/title/tt1727587/ !", KnownMovie(imdb_id="tt1727587")),
    ],
)
def test_an_nfo_may_be_a_web_address(tmp_path: Path, content: str, known: KnownMovie) -> None:
    assert nfo_of(tmp_path, content) == Nfo(NfoState.URL_ONLY, known)


@pytest.mark.parametrize(
    "content",
    [
        f"themoviedb.org/movie/{10**30}",
        "",
        "some group's art",
        "<tvshow><title>X</title></tvshow>",
        "<?xml version='1.0'?>",
    ],
)
def test_anything_else_is_broken(tmp_path: Path, content: str) -> None:
    nfo = nfo_of(tmp_path, content)
    assert nfo.state is NfoState.BROKEN
    assert nfo.warning


def test_entities_bring_nothing_in(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("SECRET")
    nfo = nfo_of(
        tmp_path,
        f'<?xml version="1.0"?><!DOCTYPE movie [<!ENTITY x SYSTEM "{secret.as_uri()}">'
        '<!ENTITY a "AAAA"><!ENTITY b "&a;&a;&a;">]>'
        "<movie><title>T&x;&b;</title><plot>&x;</plot></movie>",
    )
    assert (nfo.state, nfo.known.title, nfo.known.plot) == (NfoState.READ, "T", None)


def test_an_entity_bomb_does_not_go_off(tmp_path: Path) -> None:
    levels = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
    bomb = f'<!DOCTYPE movie [<!ENTITY l0 "boom">{levels}]><movie><title>&l11;</title></movie>'
    assert nfo_of(tmp_path, bomb).known.title is None


def test_a_huge_nfo_is_not_read(tmp_path: Path) -> None:
    nfo = nfo_of(tmp_path, "<movie>" + " " * MAX_BYTES)
    assert nfo.state is NfoState.BROKEN


def test_an_nfo_that_may_not_be_read_is_no_failure(
    tmp_path: Path, bound_by_permissions: None
) -> None:
    path = tmp_path / "movie.nfo"
    path.write_text(FULL)
    path.chmod(0)
    nfo = read_nfo(path)
    assert nfo.state is NfoState.UNREADABLE
    assert "permission denied" in (nfo.warning or "")


@given(
    content=st.binary(max_size=300) | st.text(max_size=300).map(lambda t: f"<movie>{t}".encode())
)
def test_no_content_makes_it_fail(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    nfo = nfo_of(tmp_path_factory.getbasetemp(), content)
    assert nfo.state in set(NfoState) - {NfoState.ABSENT}
