import pytest

from media.movie import StoredFile
from media.scan.discs import disc_feature
from media.scan.editions import edition_of
from media.scan.identity import guess_identity
from media.scan.videos import assign_roles, part_numbers

DIRECTORY = "Sintel (2010)"


@pytest.mark.parametrize(
    ("name", "edition"),
    [
        ("Sintel (2010)", None),
        ("Sintel (2010) Bluray-1080p", None),
        ("Sintel (2010) - Extended", "Extended"),
        ("Sintel.2010.Directors.Cut.1080p", "Director's Cut"),
        ("Sintel (2010) {edition-Fan Edit}", "Fan Edit"),
        ("sintel.the.final.cut.2160p", "Final Cut"),
        ("Sintel (2010) Remastered Extended", "Remastered, Extended"),
        ("Sintel (2010) IMAX", "IMAX"),
        ("other", None),
    ],
)
def test_a_name_tells_the_edition(name: str, edition: str | None) -> None:
    assert edition_of(name, DIRECTORY) == edition


@pytest.mark.parametrize("title", ["Extended (2001)", "The Final Cut (2004)", "AC-DC Live"])
def test_a_title_is_no_edition(title: str) -> None:
    assert edition_of(title, title) is None


@pytest.mark.parametrize(
    ("directory", "file", "found"),
    [
        (DIRECTORY, "whatever.1999.x264", ("Sintel", 2010, None, None)),
        ("sintel.2010.1080p.x264-GRP", "a", ("sintel", 2010, None, None)),
        ("Movie", "Sintel.2010.1080p", ("Sintel", 2010, None, None)),
        ("Movie", "movie", ("Movie", None, None, None)),
        ("Dune.Part.Two.2024.1080p.x264-GRP", "x", ("Dune Part Two", 2024, None, None)),
        ("Sintel (2010) {tmdb-99999999999999999999}", "Sintel", ("Sintel", 2010, None, None)),
        ("Sintel (2010) {tmdb-7}", "Sintel {imdb-tt9}", ("Sintel", 2010, 7, "tt9")),
        (DIRECTORY, "Sintel [tmdbid-8]", ("Sintel", 2010, 8, None)),
    ],
)
def test_names_suggest_the_movie(
    directory: str, file: str, found: tuple[str, int | None, int | None, str | None]
) -> None:
    guess = guess_identity(directory, file)
    assert (guess.title, guess.year, guess.tmdb_id, guess.imdb_id) == found


def numbers(*names: str) -> dict[str, int]:
    files = [StoredFile(name, 1, 0) for name in names]
    return part_numbers(assign_roles(files, DIRECTORY))


def test_parts_are_numbered() -> None:
    assert numbers("S cd1.avi", "S cd2.avi", "S cd10.avi") == {
        "S cd1.avi": 1,
        "S cd2.avi": 2,
        "S cd10.avi": 10,
    }
    assert numbers("S-part-b.mkv", "S-part-a.mkv") == {"S-part-a.mkv": 1, "S-part-b.mkv": 2}


def test_one_part_alone_is_a_movie_of_that_name() -> None:
    assert numbers("Dune Part 2.mkv", "trailer.mkv") == {}


def test_of_a_dvd_the_largest_set_of_titles_is_the_movie() -> None:
    files = [
        StoredFile(f"VIDEO_TS/{name}", size, 0)
        for name, size in {
            "VIDEO_TS.VOB": 99,
            "VTS_01_0.VOB": 99,
            "VTS_01_1.VOB": 5,
            "VTS_02_2.VOB": 4,
            "vts_02_1.vob": 4,
        }.items()
    ]
    feature = disc_feature(files)
    assert [file.relative_path for file in feature] == [
        "VIDEO_TS/vts_02_1.vob",
        "VIDEO_TS/VTS_02_2.VOB",
    ]
    assert numbers(*(file.relative_path for file in feature)) == {
        "VIDEO_TS/vts_02_1.vob": 1,
        "VIDEO_TS/VTS_02_2.VOB": 2,
    }


def test_a_video_beside_a_disc_is_the_movie() -> None:
    files = [StoredFile("Sintel.mkv", 1, 0), StoredFile("BDMV/STREAM/00001.m2ts", 9, 0)]
    assert assign_roles(files, DIRECTORY) == {"Sintel.mkv": "main"}


@pytest.mark.timeout(120)
@pytest.mark.parametrize("name", ["Movie S01E1-E9999", "20x1-20x10102", "Movie S1-S9999"])
def test_a_range_of_episodes_is_no_movies_and_takes_no_time(name: str) -> None:
    assert guess_identity(name, name).title == name
