import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media.errors import InvalidPathError, PathNotMappedError
from media.path_mapping import MappingRule, map_path
from media.settings import Settings
from media.source_path import parse_source_path

part = st.text(
    st.characters(exclude_characters="/\\\0:", exclude_categories=["Cs"]), min_size=1, max_size=8
).filter(lambda text: text not in (".", ".."))
parts = st.lists(part, min_size=1, max_size=4)
ascii_name = st.from_regex(r"[A-Za-z0-9]{1,8}", fullmatch=True)


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


@given(sources=st.lists(parts, min_size=1, max_size=5), path=parts, data=st.data())
def test_the_order_of_the_rules_does_not_matter(
    sources: list[list[str]], path: list[str], data: st.DataObject
) -> None:
    # Sources that are beginnings of the path, and of each other, so that several cover it.
    chosen = [*sources, *(path[: len(source)] for source in sources)]
    made = {
        rule.source.key: rule
        for number, source in enumerate(chosen)
        for rule in rules(("/" + "/".join(source), f"/target-{number}"))
    }
    given_order = list(made.values())
    text = "/" + "/".join(path)
    expected = map_path(text, given_order)
    assert map_path(text, data.draw(st.permutations(given_order))) == expected
    longest = max(
        (rule for rule in given_order if rule.source.covers(parse_source_path(text))),
        key=lambda rule: len(rule.source.key),
    )
    assert expected.is_relative_to(longest.target)


@given(source=parts, rest=parts)
def test_nothing_beside_a_source_is_covered(source: list[str], rest: list[str]) -> None:
    rule = rules(("/" + "/".join(source), "/target"))
    for beside in (f"{source[-1]}x", f"x{source[-1]}", f"{source[-1]}-4k"):
        for path in ([*source[:-1], beside, *rest], [*rest, *source[:-1], beside]):
            if parse_source_path("/" + "/".join(path)).key[: len(source)] == rule[0].source.key:
                continue  # they happen to compose to the same
            with pytest.raises(PathNotMappedError, match="no mapping for path"):
                map_path("/" + "/".join(path), rule)


@given(source=parts)
def test_a_root_itself_is_mapped_to_its_target(source: list[str]) -> None:
    for spelling in ("/" + "/".join(source), "//".join(["", *source]).replace("//", "/", 1) + "/"):
        assert map_path(spelling, rules(("/" + "/".join(source), "/target"))) == Path("/target")


@given(share=st.lists(ascii_name, min_size=2, max_size=2), rest=parts)
def test_unc_spelling_makes_no_difference(share: list[str], rest: list[str]) -> None:
    rule = rules(("\\\\" + "\\".join(share), "/target"))
    for start, slash in (("//", "/"), ("\\\\", "\\"), ("\\\\?\\UNC\\", "\\")):
        for spelled in (share, [name.swapcase() for name in share]):
            path = start + slash.join([*spelled, *rest])
            assert map_path(path, rule) == Path("/target").joinpath(*rest)


@given(source=parts, rest=parts)
def test_composed_and_decomposed_sources_are_the_same(source: list[str], rest: list[str]) -> None:
    for form in ("NFC", "NFD"):
        text = unicodedata.normalize(form, "/" + "/".join(source))
        tail = [*rest]
        try:
            mapped = map_path(text + "/" + "/".join(tail), rules(("/" + "/".join(source), "/t")))
        except InvalidPathError:
            assert ".." in text.split("/")
            continue
        assert mapped == Path("/t").joinpath(*tail)


climbing = st.lists(part | st.just(".."), min_size=1, max_size=5).filter(lambda p: ".." in p)


@given(path=climbing, root=st.sampled_from(["/", "C:\\", "C:/", "\\\\nas\\", "\\\\?\\C:\\"]))
def test_what_climbs_is_refused_whatever_the_rules(path: list[str], root: str) -> None:
    separator = "/" if "/" in root else "\\"
    anywhere = rules(("/", "/t"), ("C:\\", "/t"), ("\\\\nas", "/t"))
    with pytest.raises(InvalidPathError, match="climbs"):
        map_path(root + separator.join(path), anywhere)


@given(path=parts, position=st.integers(0, 20))
def test_a_nul_or_a_relative_path_is_refused(path: list[str], position: int) -> None:
    text = "/" + "/".join(path)
    at = 1 + position % len(text)
    with pytest.raises(InvalidPathError, match="NUL"):
        map_path(text[:at] + "\0" + text[at:], rules(("/", "/t")))
    with pytest.raises(InvalidPathError):
        map_path(text.lstrip("/\\"), rules(("/", "/t")))


def test_a_rule_for_a_librarys_own_path_counts_however_it_is_spelled(tmp_path: Path) -> None:
    settings = Settings(
        libraries={"a": tmp_path / "a", "b": tmp_path / "b"},
        path_mappings={f"{tmp_path}/a/": tmp_path / "b"},
    )
    assert map_path(f"{tmp_path}/a/X", settings.rules()) == tmp_path / "b" / "X"


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
