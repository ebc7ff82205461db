"""Symbolic links never lead out of a library."""

import errno
import os
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from media.errors import InvalidPathError, OutsideLibraryError, UnreadableFileError
from media.inside import resolve_inside


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "films" / "A").mkdir(parents=True)
    (tmp_path / "outside" / "B").mkdir(parents=True)
    return tmp_path / "films"


def test_what_is_inside_is_where_it_seems(root: Path) -> None:
    for path in (root, root / "A", root / "not" / "there"):
        assert resolve_inside(path, root) == path


def test_a_link_within_the_library_is_followed(root: Path) -> None:
    (root / "link").symlink_to("A")
    assert resolve_inside(root / "link" / "x.mkv", root) == root / "A" / "x.mkv"


@pytest.mark.parametrize("target", ["../outside", "../outside/B", "/etc", "../not-there", ".."])
def test_a_link_out_of_the_library_is_refused(root: Path, target: str) -> None:
    (root / "link").symlink_to(target)
    for path in (root / "link", root / "link" / "x.mkv"):
        with pytest.raises(OutsideLibraryError, match="a symbolic link"):
            resolve_inside(path, root)


def test_a_link_to_a_link_out_of_the_library_is_refused(root: Path) -> None:
    (root / "one").symlink_to("A/two")
    (root / "A" / "two").symlink_to(root.parent / "outside")
    with pytest.raises(OutsideLibraryError):
        resolve_inside(root / "one" / "B", root)


def test_a_neighbour_with_a_longer_name_is_outside(root: Path) -> None:
    (root.parent / "films-4k").mkdir()
    (root / "link").symlink_to(root.parent / "films-4k")
    for path in (root / "link", root.parent / "films-4k"):
        with pytest.raises(OutsideLibraryError):
            resolve_inside(path, root)


def test_the_library_itself_may_be_a_link(root: Path) -> None:
    home = root.parent / "library"
    home.symlink_to(root)
    (root / "link").symlink_to(home / "A")
    assert resolve_inside(home / "A", home) == root / "A"
    assert resolve_inside(home / "link", home) == root / "A"
    (root / "out").symlink_to(root.parent / "outside")
    with pytest.raises(OutsideLibraryError):
        resolve_inside(home / "out", home)


def test_a_link_in_a_circle_is_refused(root: Path) -> None:
    (root / "a").symlink_to("b")
    (root / "b").symlink_to("a")
    for path in (root / "a", root / "a" / "x"):
        with pytest.raises(OutsideLibraryError, match="in a circle"):
            resolve_inside(path, root)


@pytest.mark.parametrize("path", ["films/A", "/films/../etc", "/films/\0"])
def test_a_path_that_is_none_is_refused(path: str) -> None:
    with pytest.raises(InvalidPathError):
        resolve_inside(Path(path), Path("/films"))


def test_a_name_that_no_disk_takes_is_refused(root: Path) -> None:
    with pytest.raises(OSError, match="long") as raised:
        (root / ("x" * 300)).touch()
    assert raised.value.errno == errno.ENAMETOOLONG
    with pytest.raises(InvalidPathError, match="too long"):
        resolve_inside(root / ("x" * 300), root)


def test_a_file_is_no_directory_to_look_into(root: Path) -> None:
    (root / "file").touch()
    assert resolve_inside(root / "file" / "x", root) == root / "file" / "x"


@pytest.mark.usefixtures("bound_by_permissions")
def test_what_cannot_be_seen_is_not_inside(root: Path) -> None:
    (root / "A").chmod(0)
    try:
        with pytest.raises(UnreadableFileError):
            resolve_inside(root / "A" / "x", root)
    finally:
        (root / "A").chmod(0o755)


name = st.sampled_from(["a", "b", "c", "d"])
places = st.builds(Path, st.lists(name, min_size=1, max_size=3).map("/".join))
targets = st.builds("/".join, st.lists(name | st.just(".."), min_size=1, max_size=5))


@settings(max_examples=300)
@given(links=st.lists(st.tuples(places, targets), max_size=6), path=places)
def test_whatever_links_there_are_the_answer_is_inside(
    links: list[tuple[Path, str]], path: Path
) -> None:
    with tempfile.TemporaryDirectory() as directory:
        root = Path(directory) / "library"
        (root / "a" / "b").mkdir(parents=True)
        for place, target in links:
            link = root / place
            if os.path.lexists(link) or not link.parent.is_dir():
                continue
            if link.parent.resolve().is_relative_to(root.resolve()):
                link.symlink_to(target)
        try:
            real = resolve_inside(root / path, root)
        except OutsideLibraryError:
            return
        assert real.is_relative_to(root.resolve())
        assert not any(at.is_symlink() for at in (real, *real.parents))
        if (root / path).exists():
            assert real.samefile(root / path)
