"""A small real library, and the settings that name it."""

import ctypes
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fakes import PATIENT, Providers

from media.library.database import Library
from media.movie_scan import MovieScan, ScanSummary
from media.sample.movie_directory import make_movie_directory
from media.settings import Settings

CAPABILITIES_VERSION_3 = 0x20080522
# CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH: why permissions do not bind root.
PAST_PERMISSIONS = 1 << 1 | 1 << 2


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path


@pytest.fixture
def movie_directory(root: Path) -> Path:
    return make_movie_directory(root / "movies")


@pytest.fixture
def settings(root: Path) -> Settings:
    return Settings(
        libraries={"movies": root / "movies"},
        library_database=root / "library.db",
        http=PATIENT,
    )


@pytest.fixture
def library(settings: Settings) -> Library:
    return Library(settings.library_database)


@pytest.fixture
def scan(movie_directory: Path, settings: Settings) -> Callable[[], ScanSummary]:
    return MovieScan(movie_directory, settings).run


@pytest.fixture
def bound_by_permissions() -> Iterator[None]:
    """Make permissions bind the test also where the suite runs as root."""
    if os.geteuid() != 0:
        yield
        return
    if sys.platform != "linux":
        pytest.skip("permissions do not bind root here")
    libc = ctypes.CDLL(None, use_errno=True)
    header = (ctypes.c_uint32 * 2)(CAPABILITIES_VERSION_3, 0)
    # Effective, permitted and inheritable, each in two halves.
    held = (ctypes.c_uint32 * 6)()
    assert libc.capget(header, held) == 0
    bound = (ctypes.c_uint32 * 6)(*held)
    bound[0] &= ~PAST_PERMISSIONS
    assert libc.capset(header, bound) == 0
    yield
    assert libc.capset(header, held) == 0


@pytest.fixture
def providers() -> Iterator[Providers]:
    """TMDB, fanart.tv, TheTVDB and their pictures, as fakes on the loopback."""
    with Providers() as fakes:
        yield fakes
