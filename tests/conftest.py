"""Options of the whole suite, and the movies that tests of several places read."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# An example takes as long as the machine makes it: that is no failure of what it is about.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")

# readline sets them behind Python's back: the processes of `-n` inherit them, and all of theirs.
for _name in ("COLUMNS", "LINES"):
    os.environ.pop(_name, None)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--long", action="store_true", help="run the long form of the tests that have one"
    )


@pytest.fixture(scope="session", autouse=True)
def unhurried() -> Iterator[None]:
    """Let a page of a list take the time that it takes, and who asks for the write turn too.

    For a person a page ends after some milliseconds, wherever it is then. A test would find some
    of its jobs or all of them, as fast as the machine is at that moment. The doctor takes a turn
    that does not come in seconds for one that never comes.
    """
    from sqlite_transport.jobs import archive
    from sqlite_transport.jobs.doctor import turn
    from sqlite_transport.jobs.elsewhere import archive as elsewhere
    from sqlite_transport.lists import pages

    with pytest.MonkeyPatch.context() as patch:
        for module in (archive, elsewhere, pages):
            patch.setattr(module, "BUDGET", 3600.0)
        patch.setattr(turn, "PATIENCE", 60.0)
        yield


#: Where the tests of each part are; the rest is a part too. With `-n 6 --dist loadgroup` each is
#: run by a process of its own, so it is always the same which tests come before which.
PARTS = {
    "own": ("e2e/own",),
    "shared": ("e2e/shared", "conformance"),
    "transport": ("sqlite_transport",),
    "media": ("media", "tasks"),
    "chain": ("e2e/media",),
}


#: Parts in which a connection to Redis may be left to the collector: closed by kombu, it may
#: wait for an answer that never comes. Python tells of it in whichever test is running then.
ON_REDIS = ("own", "shared", "others")
LEFT_TO_COLLECTOR = pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        part = _part_of(item.path)
        item.add_marker(pytest.mark.xdist_group(part))
        if part in ON_REDIS:
            item.add_marker(LEFT_TO_COLLECTOR)


def _part_of(path: Path) -> str:
    beneath = path.relative_to(Path(__file__).parent)
    for part, places in PARTS.items():
        if any(beneath.is_relative_to(place) for place in places):
            return part
    return "others"


@pytest.fixture(scope="session")
def fixture_library(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A library of real movies by key, to be read alone; see the package of the same name."""
    from fixture_library.library import make_library

    return make_library(tmp_path_factory.mktemp("fixture") / "movies")
