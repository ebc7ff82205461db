import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media.errors import InvalidPathError, PathNotMappedError
from media.path_mapping import MappingRule, map_path
from media.source_path import parse_source_path

part = st.text(
    st.characters(exclude_characters="/\\\0:", exclude_categories=["Cs"]), min_size=1, max_size=8
).filter(lambda text: text not in (".", ".."))
parts = st.lists(part, min_size=1, max_size=4)


def rules(*pairs: tuple[str, str]) -> list[MappingRule]:
    return [MappingRule.of(source, Path(target)) for source, target in pairs]


def test_the_longest_rule_wins_whatever_the_order() -> None:
    pairs = [("/movies", "/a"), ("/movies/4k", "/b"), ("/", "/c")]
    for ordered in (pairs, pairs[::-1]):
        assert map_path("/movies/4k/X", rules(*ordered)) == Path("/b/X")
        assert map_path("/movies/X", rules(*ordered)) == Path("/a/X")
        assert map_path("/tv/X", rules(*ordered)) == Path("/c/tv/X")


def test_a_rule_ends_at_a_component() -> None:
    with pytest.raises(PathNotMappedError, match=r"no mapping for path '/movies-4k/X'"):
        map_path("/movies-4k/X", rules(("/movies", "/a")))


@pytest.mark.parametrize(
    ("source", "path"),
    [
        ("C:\\Movies", "c:/movies/Sintel (2010)"),
        ("c:/movies/", "C:\\MOVIES\\Sintel (2010)\\"),
        ("\\\\NAS\\Media", "//nas/media/Sintel (2010)"),
        ("\\\\nas\\media", "\\\\?\\UNC\\NAS\\media\\Sintel (2010)"),
        ("D:\\", "\\\\?\\d:\\Sintel (2010)"),
    ],
)
def test_windows_paths_compare_without_case_and_take_both_slashes(source: str, path: str) -> None:
    assert map_path(path, rules((source, "/mnt"))) == Path("/mnt/Sintel (2010)")


def test_posix_paths_compare_with_case() -> None:
    with pytest.raises(PathNotMappedError):
        map_path("/Movies/X", rules(("/movies", "/a")))


def test_unicode_forms_compare_equal_and_the_rest_stays_as_it_came() -> None:
    decomposed = unicodedata.normalize("NFD", "/Filmé/Amélie")
    mapped = map_path(decomposed, rules(("/Filmé", "/mnt")))
    assert mapped == Path("/mnt") / unicodedata.normalize("NFD", "Amélie")


@pytest.mark.parametrize(
    "path",
    ["", "movies/X", "./X", "C:X", "/movies/../etc", "C:\\a\\..\\b", "/a/X\0", "/a/\ud800", "~/X"],
)
def test_impossible_paths_are_refused(path: str) -> None:
    with pytest.raises(InvalidPathError):
        map_path(path, rules(("/", "/a")))


def test_dots_within_names_are_names() -> None:
    assert map_path("/movies/..X/...", rules(("/movies", "/a"))) == Path("/a/..X/...")


def test_no_rules_map_nothing() -> None:
    with pytest.raises(PathNotMappedError):
        map_path("/movies/X", [])


@given(source=parts, rest=parts)
def test_what_a_rule_covers_lands_in_its_target(source: list[str], rest: list[str]) -> None:
    rule = rules(("/" + "/".join(source), "/target"))
    mapped = map_path("/" + "/".join(source + rest), rule)
    assert mapped == Path("/target").joinpath(*rest)
    assert mapped.is_relative_to("/target")


@given(source=parts, rest=parts)
def test_windows_spelling_makes_no_difference(source: list[str], rest: list[str]) -> None:
    rule = rules(("C:\\" + "\\".join(source), "/target"))
    for slash in "/\\":
        mapped = map_path(f"c:{slash}" + slash.join(source + rest), rule)
        assert mapped == Path("/target").joinpath(*rest)


@given(path=parts, other=parts)
def test_a_path_is_covered_by_its_ancestors_alone(path: list[str], other: list[str]) -> None:
    one, two = parse_source_path("/" + "/".join(path)), parse_source_path("/" + "/".join(other))
    assert one.covers(two) == (two.key[: len(one.key)] == one.key)
    assert one.covers(parse_source_path("/" + "/".join(path + other)))


@given(text=st.text())
def test_any_text_is_mapped_or_refused_by_name(text: str) -> None:
    try:
        mapped = map_path(text, rules(("/", "/target"), ("C:\\", "/target"), ("//a", "/target")))
    except (InvalidPathError, PathNotMappedError):
        return
    assert mapped.is_relative_to("/target")
    assert ".." not in mapped.parts


@pytest.mark.parametrize("text", ["/", "/a/b", "c:\\", "c:\\a\\b", "\\\\nas\\share\\a"])
def test_a_source_path_prints_as_it_is_written(text: str) -> None:
    assert str(parse_source_path(text)) == text
