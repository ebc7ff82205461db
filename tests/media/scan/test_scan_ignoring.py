import fnmatch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media.phases import ScanPhase
from media.scan.ignoring import IgnorePatterns


@pytest.mark.parametrize(
    ("glob", "path", "ignored"),
    [
        ("**/@eaDir/**", "@eaDir", True),
        ("**/@eaDir/**", "A/B/@EADIR/x/y.jpg", True),
        ("**/@eaDir/**", "A/my@eaDir/x.jpg", False),
        ("*.bak", "A/x.BAK", True),
        ("*.bak", "A/x.bak/y", False),
        ("A/*.mkv", "A/x.mkv", True),
        ("A/*.mkv", "A/B/x.mkv", False),
        ("A/**", "A", True),
        ("A/**", "B/A", False),
        ("A/**/x.mkv", "A/x.mkv", True),
        ("A/**/x.mkv", "A/B/C/x.mkv", True),
        ("/A/", "A", True),
        ("?.mkv", "a.mkv", True),
        ("?.mkv", "ab.mkv", False),
        ("[ab].mkv", "b.mkv", True),
        ("[!ab].mkv", "b.mkv", False),
        ("[0-3].mkv", "2.mkv", True),
        ("[z-a].mkv", "[z-a].mkv", True),
        ("[", "[", True),
        ("", "A", False),
        ("**", "anything/at/all", True),
    ],
)
def test_a_glob_ignores(glob: str, path: str, ignored: bool) -> None:
    assert IgnorePatterns.of([glob]).match(path) is ignored


def test_the_patterns_by_default_leave_out_what_systems_leave_behind() -> None:
    ignored = IgnorePatterns.of(ScanPhase().ignore_patterns)
    names = ("M/@eaDir/a.jpg", "M/.DS_Store", "M/Thumbs.db", "M/.thumbnails/1.jpg")
    assert all(ignored.match(name) for name in names)
    assert not ignored.match("M/M.mkv")


NAME = st.text(st.characters(codec="utf-8", exclude_characters="/\0"), min_size=1, max_size=8)


@given(st.lists(NAME, max_size=3))
def test_any_text_is_a_pattern(globs: list[str]) -> None:
    IgnorePatterns.of(globs).match("A/b.mkv")


@given(st.text("ab.*?", min_size=1, max_size=6), st.text("ab.", min_size=1, max_size=6))
def test_within_one_name_a_glob_means_what_it_means_to_the_shell(glob: str, name: str) -> None:
    if "**" not in glob:
        assert IgnorePatterns.of([glob]).match(name) is fnmatch.fnmatchcase(name, glob)
