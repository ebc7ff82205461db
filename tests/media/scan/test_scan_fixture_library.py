"""Every movie of the fixture library, scanned once into one library."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from fixture_library import BAD, MOVIES, NESTED
from sqlalchemy import select
from sqlalchemy.orm import Session

from media.errors import MediaError, UnreadableFileError
from media.library.database import Library
from media.library.models import Movie
from media.movie_scan import MovieScan, ScanSummary
from media.settings import Settings

GOOD = [key for key in MOVIES if key not in BAD]


def settings_of(directories: dict[str, Path], database: Path) -> Settings:
    nested = directories["nested"].parent
    return Settings(libraries={"movies": nested.parent, "kids": nested}, library_database=database)


@pytest.fixture(scope="module")
def library_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("scanned") / "library.db"


@pytest.fixture(scope="module")
def outcomes(
    fixture_library: dict[str, Path], library_file: Path
) -> dict[str, ScanSummary | MediaError]:
    settings = settings_of(fixture_library, library_file)
    outcomes: dict[str, ScanSummary | MediaError] = {}
    for key, directory in fixture_library.items():
        try:
            outcomes[key] = MovieScan(directory, settings).run()
        except MediaError as error:
            outcomes[key] = error
    return outcomes


@pytest.fixture
def session(outcomes: dict[str, ScanSummary | MediaError], library_file: Path) -> Iterator[Session]:
    with Library(library_file).reading() as session:
        yield session


def movie(session: Session, directory: Path) -> Movie:
    return session.scalars(select(Movie).where(Movie.directory == str(directory))).one()


def test_the_library_is_as_large_as_it_should_be() -> None:
    assert len(GOOD) >= 30
    assert any(name.startswith(f"{NESTED}/") for name, _files in MOVIES.values())


@pytest.mark.parametrize("key", GOOD)
def test_a_good_movie_is_scanned(key: str, outcomes: dict[str, ScanSummary | MediaError]) -> None:
    assert isinstance(outcomes[key], ScanSummary), outcomes[key]


@pytest.mark.parametrize("key", [key for key in BAD if key != "unreadable"])
def test_a_bad_movie_fails_by_name(key: str, outcomes: dict[str, ScanSummary | MediaError]) -> None:
    assert type(outcomes[key]).__name__ == BAD[key]


def test_an_unreadable_video_fails_by_name(
    fixture_library: dict[str, Path], tmp_path: Path, bound_by_permissions: None
) -> None:
    settings = settings_of(fixture_library, tmp_path / "library.db")
    with pytest.raises(UnreadableFileError, match="permission denied"):
        MovieScan(fixture_library["unreadable"], settings).run()


@pytest.mark.parametrize(
    ("key", "title", "year", "tmdb_id", "imdb_id"),
    [
        ("kodi", "Kodi Movie", 2001, 1001, "tt0001001"),
        ("radarr", "Radarr Movie", 2002, 1002, "tt0001002"),
        ("tiny_media_manager", "Tiny Movie", 2003, 1003, "tt0001003"),
        ("media_elch", "Elch Movie", 2004, None, "tt0001004"),
        ("jellyfin", "Jelly Movie", 2005, 1005, "tt0001005"),
        ("emby", "Emby Movie", 2006, 1006, "tt0001006"),
        ("url_only", "Url Movie", 2007, 1007, None),
        ("latin_1", "Café Olé", 2008, None, None),
        ("tmdb_id", "Named", 2010, 45745, None),
        ("imdb_id", "Known", 2010, None, "tt1727587"),
        ("release", "sintel", 2010, None, None),
        ("cjk", "千と千尋の神隠し", 2001, None, None),
        ("ampersand", "Tom & Jerry", 1992, None, None),
        ("dots", "Wait...", 2005, None, None),
        ("percent", "100% Wolf %20 {0}", 2020, None, None),
    ],
)
def test_nfo_and_names_tell_which_movie_it_is(
    key: str,
    title: str,
    year: int,
    tmdb_id: int | None,
    imdb_id: str | None,
    fixture_library: dict[str, Path],
    session: Session,
) -> None:
    row = movie(session, fixture_library[key])
    assert (row.title, row.year, row.tmdb_id, row.imdb_id) == (title, year, tmdb_id, imdb_id)


def test_editions_and_parts_are_told_apart(
    fixture_library: dict[str, Path], session: Session
) -> None:
    files = movie(session, fixture_library["editions"]).files
    assert {(file.role, file.edition, file.part_number) for file in files} == {
        ("main", None, None),
        ("version", "Director's Cut", None),
        ("version", "Final Cut", None),
    }
    parts = movie(session, fixture_library["parts"]).files
    assert {(file.role, file.part_number) for file in parts} == {("main", 1), ("part", 2)}


def test_a_disc_is_its_longest_title(fixture_library: dict[str, Path], session: Session) -> None:
    blu_ray = movie(session, fixture_library["bluray"]).files
    assert [(file.role, file.relative_path) for file in blu_ray] == [
        ("main", "BDMV/STREAM/00001.m2ts")
    ]
    dvd = movie(session, fixture_library["dvd"]).files
    assert {(file.role, file.relative_path, file.part_number) for file in dvd} == {
        ("main", "VIDEO_TS/VTS_01_1.VOB", 1),
        ("part", "VIDEO_TS/VTS_01_2.VOB", 2),
    }


@pytest.mark.parametrize(("key", "form"), [("hdr10", "hdr10"), ("hlg", "hlg"), ("mp4", None)])
def test_hdr_is_told(
    key: str, form: str | None, fixture_library: dict[str, Path], session: Session
) -> None:
    (file,) = movie(session, fixture_library[key]).files
    assert [s.hdr_format for s in file.streams if s.kind == "video"] == [form]
    assert file.duration_ms is not None
    assert 900 <= file.duration_ms <= 1100


def test_every_track_has_its_language(fixture_library: dict[str, Path], session: Session) -> None:
    (file,) = movie(session, fixture_library["tracks"]).files
    audio = [(s.language, s.title, s.is_default) for s in file.streams if s.kind == "audio"]
    assert audio == [("ja", None, True), ("en", "Commentary", False), ("fr", None, False)]
    subtitles = [
        (s.language, s.is_forced, s.is_hearing_impaired)
        for s in file.streams
        if s.kind == "subtitle"
    ]
    assert subtitles == [("de", True, False), ("en", False, True)]


def test_subtitle_files_are_described_by_their_names(
    fixture_library: dict[str, Path], session: Session
) -> None:
    files = movie(session, fixture_library["subtitles"]).files
    streams = [file.streams[0] for file in files if file.role == "subtitle"]
    assert {(s.language, s.is_forced, s.is_hearing_impaired, s.codec) for s in streams} == {
        ("en", False, True, "subrip"),
        ("de", True, False, "subrip"),
        ("pt-BR", False, False, "subrip"),
        ("fr", False, False, "subrip"),
        ("nl", False, False, "vobsub"),
    }


def test_extras_and_trailers_belong_to_the_movie(
    fixture_library: dict[str, Path], session: Session
) -> None:
    extras = movie(session, fixture_library["extras"]).files
    assert sorted(file.role for file in extras) == ["extra", "extra", "extra", "main", "sample"]
    trailed = movie(session, fixture_library["trailers"]).files
    assert sorted(file.role for file in trailed) == ["main", "trailer", "trailer"]


def test_artwork_is_known_by_name(fixture_library: dict[str, Path], session: Session) -> None:
    artworks = movie(session, fixture_library["artwork"]).artworks
    assert sorted((art.kind, art.width, art.height) for art in artworks) == [
        ("banner", 100, 18),
        ("clearlogo", 80, 31),
        ("fanart", 320, 180),
        ("fanart", 320, 180),
        ("fanart", 320, 180),
        ("poster", 200, 300),
    ]


def test_a_link_within_the_library_is_the_file_itself(
    fixture_library: dict[str, Path], session: Session
) -> None:
    (linked,) = movie(session, fixture_library["link_inside"]).files
    (apple,) = movie(session, fixture_library["mp4"]).files
    assert (linked.size, linked.content_hash) == (apple.size, apple.content_hash)


def test_a_link_out_of_the_library_is_left_out_and_told(
    outcomes: dict[str, ScanSummary | MediaError],
) -> None:
    beside = outcomes["link_beside"]
    assert isinstance(beside, ScanSummary)
    assert beside.files == 1
    assert "links out of the library" in beside.warnings[0]
    assert "links out of the library" in str(outcomes["link_outside"])


def test_every_file_has_a_hash_of_its_content(session: Session) -> None:
    for row in session.scalars(select(Movie)):
        assert all(file.content_hash for file in row.files), row.directory
