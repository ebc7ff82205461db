import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media.errors import InvalidPathError, PathNotMappedError
from media.player_path import parse_player_path, path_for_player, readable_paths

name = st.text(
    st.characters(exclude_characters="/\\\0", exclude_categories=["Cs"]), min_size=1, max_size=8
).filter(lambda text: text not in (".", ".."))
names = st.lists(name, min_size=1, max_size=4)
target = st.sampled_from(
    ["/data", "smb://nas/movies", "nfs://10.0.0.2/export", "C:\\Movies", "\\\\nas\\movies", "D:/x"]
)


def mapped(directory: str, **mappings: str) -> str:
    pairs = {f"/mnt/{key.replace('_', '/')}": value for key, value in mappings.items()}
    return path_for_player(Path(directory), pairs, "tv").text


def test_without_mappings_a_player_sees_our_paths() -> None:
    assert path_for_player(Path("/mnt/films/X"), {}, "tv").text == "/mnt/films/X"


@pytest.mark.parametrize(
    ("theirs", "path"),
    [
        ("/data", "/data/Sintel (2010)"),
        ("/data/", "/data/Sintel (2010)"),
        ("/", "/Sintel (2010)"),
        ("smb://nas/movies", "smb://nas/movies/Sintel (2010)"),
        ("smb://nas/movies/", "smb://nas/movies/Sintel (2010)"),
        ("smb://user:pw@NAS/movies", "smb://user:pw@NAS/movies/Sintel (2010)"),
        ("nfs://10.0.0.2/export/m", "nfs://10.0.0.2/export/m/Sintel (2010)"),
        ("davs://host/dav", "davs://host/dav/Sintel%20%282010%29"),
        ("C:\\Movies", "C:\\Movies\\Sintel (2010)"),
        ("c:/Movies", "c:/Movies/Sintel (2010)"),
        ("D:\\", "D:\\Sintel (2010)"),
        ("\\\\NAS\\movies", "\\\\NAS\\movies\\Sintel (2010)"),
    ],
)
def test_what_a_mapping_says_is_kept_with_its_separators(theirs: str, path: str) -> None:
    assert mapped("/mnt/films/Sintel (2010)", films=theirs) == path


def test_the_longest_mapping_wins_by_whole_components() -> None:
    mappings = {"films": "smb://nas/films", "films_4k": "/uhd"}
    assert mapped("/mnt/films/4k/X", **mappings) == "/uhd/X"
    assert mapped("/mnt/films/4kids/X", **mappings) == "smb://nas/films/4kids/X"
    with pytest.raises(PathNotMappedError, match=r"'tv' has no mapping for '/mnt/films-4k/X'"):
        mapped("/mnt/films-4k/X", **mappings)


def test_special_characters_are_plain_on_a_share() -> None:
    assert mapped("/mnt/films/100% & more #1?", films="smb://nas/f") == (
        "smb://nas/f/100% & more #1?"
    )


def test_a_name_that_windows_cannot_have_is_no_other_directory() -> None:
    with pytest.raises(InvalidPathError, match="backslash"):
        mapped("/mnt/films/a\\..\\b", films="C:\\Movies")


@pytest.mark.parametrize(
    "text", ["", "movies", "smb://", "smb:///x", "smb://nas/a/../b", "\0", "~"]
)
def test_what_is_no_path_is_refused(text: str) -> None:
    with pytest.raises(InvalidPathError):
        parse_player_path(text)
    assert list(readable_paths([text, "/a"])) == [parse_player_path("/a")]


def test_paths_hold_by_components() -> None:
    def holds(one: str, other: str) -> bool:
        return parse_player_path(one).holds(parse_player_path(other))

    assert holds("smb://nas/movies", "smb://NAS/movies/X/")
    assert holds("smb://nas/movies/", "smb://me:pw@nas/movies")
    assert not holds("smb://nas/movies", "smb://nas/movies-4k/X")
    assert not holds("smb://nas/movies", "smb://nas2/movies/X")
    assert not holds("smb://nas/Movies", "smb://nas/movies/X")
    assert holds("C:\\Movies", "c:/movies/x")
    assert holds("dav://h/a b", "dav://h/a%20b/c")
    assert holds("/", "/x")
    assert holds("/Amélie", "/" + unicodedata.normalize("NFD", "Amélie"))


def test_a_password_is_not_shown() -> None:
    path = parse_player_path("smb://me:hush@nas/movies")
    assert str(path) == "smb://nas/movies"
    assert "hush" in path.text


@given(theirs=target, below=names)
def test_what_a_mapping_covers_lands_below_its_target(theirs: str, below: list[str]) -> None:
    path = path_for_player(Path("/mnt/films", *below), {"/mnt/films": theirs}, "tv")
    there = parse_player_path(theirs)
    assert there.holds(path)
    assert path.names[len(there.names) :] == tuple(below)
    assert path.text == there.as_directory + path.separator.join(below)


@given(local=names, other=names)
def test_only_what_lies_below_is_mapped(local: list[str], other: list[str]) -> None:
    source, directory = Path("/", *local), Path("/", *other)
    try:
        path_for_player(directory, {str(source): "/there"}, "tv")
    except PathNotMappedError:
        assert not directory.is_relative_to(source)
