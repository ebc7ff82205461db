from pathlib import Path

import pytest

from media.errors import PathNotMappedError, SettingsError
from media.path_mapping import map_path
from media.settings import read_settings


def test_without_settings_only_the_demonstration_is_mapped(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    settings = read_settings({})
    assert map_path("/movies/X", settings.rules()) == tmp_path / "demo-library" / "X"
    assert settings.library_database == tmp_path / "library.db"
    with pytest.raises(PathNotMappedError):
        map_path("/films/X", settings.rules())


@pytest.mark.parametrize("mappings", ['{"/films": "/mnt"}', '[["/films", "/mnt"]]'])
def test_mappings_are_an_object_or_pairs(mappings: str) -> None:
    settings = read_settings({"MEDIA_PATH_MAPPINGS": mappings})
    assert map_path("/films/X", settings.rules()) == Path("/mnt/X")
    with pytest.raises(PathNotMappedError):
        map_path("/movies/X", settings.rules())


def test_a_root_maps_onto_itself() -> None:
    settings = read_settings({"MEDIA_LIBRARY_ROOTS": '["/mnt/films"]'})
    assert map_path("/mnt/films/X", settings.rules()) == Path("/mnt/films/X")
    assert settings.roots() == {Path("/mnt/films")}


def test_an_empty_variable_counts_as_not_set() -> None:
    assert read_settings({"MEDIA_PATH_MAPPINGS": ""}) == read_settings({})


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("MEDIA_PATH_MAPPINGS", "{", "not JSON"),
        ("MEDIA_PATH_MAPPINGS", '"text"', "valid tuple"),
        ("MEDIA_PATH_MAPPINGS", '{"movies": "/mnt"}', "not absolute"),
        ("MEDIA_PATH_MAPPINGS", '{"/movies/../x": "/mnt"}', "climbs"),
        ("MEDIA_PATH_MAPPINGS", '{"/movies": "smb://nas/films"}', "is a URL"),
        ("MEDIA_PATH_MAPPINGS", '{"/movies": " "}', "no path"),
        ("MEDIA_PATH_MAPPINGS", '[["C:/m", "/a"], ["c:\\\\M", "/b"]]', "mapped twice"),
        ("MEDIA_LIBRARY_ROOTS", "[1]", "path"),
        ("MEDIA_LIBRARY_ANCHOR", "a/b", "pattern"),
        ("MEDIA_QUIET_SECONDS", "-1", "greater than or equal to 0"),
        ("MEDIA_PROBE_TIMEOUT_SECONDS", "soon", "valid number"),
    ],
)
def test_what_cannot_be_used_is_named(name: str, value: str, says: str) -> None:
    with pytest.raises(SettingsError, match=says) as raised:
        read_settings({name: value})
    assert str(raised.value).startswith(name)


def test_the_environment_is_read_when_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MEDIA_QUIET_SECONDS", "7")
    assert read_settings().quiet_seconds == 7
