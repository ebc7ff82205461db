from pathlib import Path

import pytest

from media import mapping_check
from media.errors import InvalidPathError, PathNotMappedError
from media.settings import Settings


@pytest.fixture
def settings(root: Path) -> Settings:
    (root / "films" / "4k" / "X").mkdir(parents=True)
    (root / "outside").mkdir()
    return Settings(
        libraries={"films": root / "films", "uhd": root / "films" / "4k"},
        path_mappings={
            "D:\\Movies": root / "films",
            "/movies": root / "films",
            "/other": root / "outside",
        },
        library_database=root / "library.db",
    )


def test_it_tells_rule_library_and_whether_it_is_there(settings: Settings, root: Path) -> None:
    found = mapping_check.test_mapping("d:/movies/4k/X", settings)
    assert found == mapping_check.MappingTest(
        path="d:/movies/4k/X",
        local=str(root / "films" / "4k" / "X"),
        rule=f"d:\\Movies -> {root}/films",
        exists=True,
        library="uhd",
        problem=None,
    )
    assert found.as_json()["library"] == "uhd"
    missing = mapping_check.test_mapping("/movies/Y", settings)
    assert (missing.exists, missing.library, missing.problem) == (False, "films", None)


def test_what_is_in_no_library_is_a_problem(settings: Settings, root: Path) -> None:
    found = mapping_check.test_mapping("/other/X", settings)
    assert (found.exists, found.library) == (False, None)
    assert "is in no library" in str(found.problem)
    (root / "films" / "link").symlink_to(root / "outside")
    found = mapping_check.test_mapping("/movies/link", settings)
    assert (found.exists, found.library) == (False, None)
    assert "leads out of" in str(found.problem)


def test_what_cannot_be_mapped_says_so(settings: Settings) -> None:
    with pytest.raises(PathNotMappedError, match="no mapping for path '/films/X'"):
        mapping_check.test_mapping("/films/X", settings)
    with pytest.raises(InvalidPathError, match="climbs"):
        mapping_check.test_mapping("/movies/../X", settings)
