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


@pytest.fixture(scope="session")
def fixture_library(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A library of real movies by key, to be read alone; see the package of the same name."""
    from fixture_library.library import make_library

    return make_library(tmp_path_factory.mktemp("fixture") / "movies")
