"""Whatever links there are: nothing outside of the library is ever listed, and it ends."""

import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given
from hypothesis import strategies as st

from media.errors import LibraryUnavailableError
from media.scan.inventory import take_inventory
from media.scan.rules import ScanRules

NAMES = ("a", "b", "a/a", "a/b", "b/a", "b/b/a")
TARGETS = (*NAMES, ".", "..", "../movie", "../..", "../../outside", "../../outside/file", "/")
ENTRIES = st.dictionaries(
    st.sampled_from(NAMES), st.sampled_from(["file", "directory", *TARGETS]), max_size=6
)


def make(movie: Path, entries: dict[str, str]) -> None:
    for name, kind in sorted(entries.items()):
        path = movie / name
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            if kind == "file":
                path.write_text("x")
            elif kind == "directory":
                path.mkdir()
            else:
                path.symlink_to(kind)
        except OSError:
            continue  # its parent is a file or a link


@given(ENTRIES)
def test_no_link_leads_out_of_the_library(entries: dict[str, str]) -> None:
    with TemporaryDirectory() as home:
        library = Path(home) / "library"
        (library / "movie").mkdir(parents=True)
        (Path(home) / "outside").mkdir()
        (Path(home) / "outside" / "file").write_text("x")
        make(library / "movie", entries)
        try:
            inventory = take_inventory(library / "movie", ScanRules(library))
        except LibraryUnavailableError:
            return  # a link within the library that leads into nothing
        real = library.resolve()
        for file in inventory.files:
            assert inventory.path_of(file).resolve().is_relative_to(real)
            assert not inventory.path_of(file).parent.is_symlink()
        shutil.rmtree(library)
