"""A house, and a player of each kind that sees it by a share's or a container's paths."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from player_fakes import FakeJellyfin, FakeKodi, FakePlex
from player_house import House, kodi_settings


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


@pytest.fixture
def shares(house: House) -> dict[str, Path]:
    return {"smb://nas/movies": house.movies, "smb://nas/tv": house.series}


@pytest.fixture
def kodi(shares: dict[str, Path]) -> Iterator[FakeKodi]:
    with FakeKodi(shares, {"smb://nas/movies": "movies", "smb://nas/tv": "tvshows"}) as fake:
        yield fake


@pytest.fixture
def jellyfin(house: House) -> Iterator[FakeJellyfin]:
    mounts = {"/media/movies": house.movies, "/media/tv": house.series}
    libraries = {"Movies": ["/media/movies"], "Series": ["/media/tv"]}
    with FakeJellyfin(mounts, libraries) as fake:
        yield fake


@pytest.fixture
def plex(house: House) -> Iterator[FakePlex]:
    mounts = {"/data/movies": house.movies, "/data/tv": house.series}
    sections = [("movie", ["/data/movies"]), ("show", ["/data/tv"])]
    with FakePlex(mounts, sections) as fake:
        yield fake


@pytest.fixture
def told_kodi(house: House, kodi: FakeKodi) -> None:
    house.with_players({"tv": kodi_settings(house, kodi)})


@pytest.fixture
def known(house: House, kodi: FakeKodi) -> Path:
    """A movie that Kodi knows, and whose poster it has shown."""
    directory = house.movie("Sintel (2010)", "Sintel")
    kodi.scan_now()
    assert kodi.picture("Sintel") == b"first poster"
    return directory
