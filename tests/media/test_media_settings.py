import os
import traceback
from pathlib import Path

import pytest

from media.errors import PathNotMappedError, SettingsError
from media.path_mapping import map_path
from media.settings import LibraryKind, Settings, doubts, read_settings, reveal


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("MEDIA_")]:
        monkeypatch.delenv(name)


def settings_with(monkeypatch: pytest.MonkeyPatch, **variables: str) -> Settings:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    return read_settings()


def settings_of(text: str) -> Settings:
    Path("media.toml").write_text(text, encoding="utf-8")
    return read_settings()


def test_without_settings_no_path_is_ever_guessed(tmp_path: Path) -> None:
    settings = read_settings()
    assert settings.roots() == frozenset()
    assert settings.library_database == tmp_path / "library.db"
    with pytest.raises(PathNotMappedError, match="libraries"):
        map_path("/movies/X", settings.rules())


def test_a_file_says_it_all(tmp_path: Path) -> None:
    settings = settings_of("""
        library_database = "/var/lib/media/library.db"
        timezone = "Europe/Berlin"
        [libraries]
        films = "/mnt/films"
        series = { path = "/mnt/tv", kind = "series", anchor = ".mounted" }
        [path_mappings]
        "/movies" = "/mnt/films"
        [players.tv]
        type = "kodi"
        url = "http://10.0.0.5:8080"
        path_mappings = { "/mnt/films" = "smb://nas/films" }
        [schedules.scheduled-cleanup]
        cron = "0 4 * * *"
    """)
    assert settings.roots() == {Path("/mnt/films"), Path("/mnt/tv")}
    assert settings.library_at(Path("/mnt/tv"))[1].kind is LibraryKind.SERIES
    assert map_path("/movies/X", settings.rules()) == Path("/mnt/films/X")
    assert map_path("/mnt/films/X", settings.rules()) == Path("/mnt/films/X")
    assert settings.players["tv"].path_mappings == {"/mnt/films": "smb://nas/films"}
    assert settings.schedules["scheduled-cleanup"].cron == "0 4 * * *"


def test_variables_win_over_the_file_key_by_key(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("other.toml").write_text(
        '[players.tv]\ntype = "kodi"\nurl = "http://tv:8080"\n[libraries]\na = "/a"\n'
    )
    settings = settings_with(
        monkeypatch,
        MEDIA_CONFIG="other.toml",
        MEDIA_PLAYERS__TV__PASSWORD="hush",
        MEDIA_PROVIDERS__TMDB__TOKEN="token",
        MEDIA_PATH_MAPPINGS='{"/films": "/a"}',
        MEDIA_CACHE_DIRECTORY="",
    )
    assert reveal(settings.players["tv"].password) == "hush"
    assert settings.players["tv"].url == "http://tv:8080"
    assert settings.providers.tmdb.is_configured
    assert settings.path_mappings == {"/films": Path("/a")}
    assert settings.cache_directory == Path.cwd() / "cache"
    assert "hush" not in repr(settings)


def test_a_secret_comes_from_a_variable_or_a_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("TMDB", "from-env")
    (tmp_path / "pin").write_text("from-file\n")
    settings = settings_of(f"""
        [providers]
        tmdb.token = {{ env = "TMDB" }}
        tvdb.api_key = {{ file = "{tmp_path}/pin" }}
    """)
    assert reveal(settings.providers.tmdb.token) == "from-env"
    assert reveal(settings.providers.tvdb.api_key) == "from-file"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("libraries = 1", "libraries"),
        ('[libraries]\na = "smb://nas/a"', "is a URL"),
        ('[libraries]\na = " "', "no path"),
        ('[libraries]\na = "/a"\nb = "/a/"', "the same path"),
        ('[libraries]\na = { path = "/a", anchor = "x/y" }', "pattern"),
        ('[libraries]\na = { path = "/a", anchor = ".." }', "always there"),
        ('[path_mappings]\nmovies = "/mnt"', "not absolute"),
        ('[path_mappings]\n"/movies/../x" = "/mnt"', "climbs"),
        ("[path_mappings]\n'C:/m' = '/a'\n'c:\\M' = '/b'", "mapped twice"),
        ('[players.tv]\ntype = "jellyfin"\nurl = "http://tv"', "needs a token"),
        ('[players.tv]\ntype = "vlc"\nurl = "http://tv"', "players.tv.type"),
        ('[players.tv]\ntype = "kodi"\nurl = "tv:8080"', "players.tv.url"),
        ('[players.tv]\ntype = "kodi"\nurl = "http://tv"\ngroup = "x"', "no player_groups.x"),
        ('[players.tv]\ntype = "kodi"\nurl = "http://tv"\npath_mappings.m = "/m"', "not absolute"),
        (
            '[players.tv]\ntype = "kodi"\nurl = "http://tv"\npath_mappings = {"/m" = "smb://a/.."}',
            "players.tv.path_mappings.*climbs",
        ),
        (
            '[players.tv]\ntype = "kodi"\nurl = "http://tv"\n'
            'path_mappings = {"/m" = "/a", "/m/" = "/b"}',
            "mapped twice",
        ),
        ('[player_groups.x]\nlibraries = ["y"]', "no library 'y'"),
        ('[schedules.x]\ncron = "every day"', "schedules.x.cron"),
        ('[schedules.x]\ntimezone = "Mars"', "no time zone"),
        ('[providers]\ntmdb.token = { env = "NOT_SET" }', "NOT_SET is not set"),
        ('[providers]\ntmdb.token = { file = "/no/such" }', "cannot be read"),
        ('[providers.tmdb]\nbase_url = "api.themoviedb.org"', "base_url.*no address such as"),
        ('[providers.tvdb]\nbase_url = "http://["', "base_url.*no address such as"),
        ('[players.tv]\ntype = "kodi"\nurl = "http://tv:80801"', "url.*no address such as"),
        ('[players.tv]\ntype = "kodi"\nurl = "http://tv 1"', "url.*no address such as"),
        ('[players.tv]\ntype = "kodi"\nurl = "http://tv:8080/jsonrpc"', "page.*ends at http://…$"),
        (
            '[players.tv]\ntype = "plex"\ntoken = "x"\nurl = "http://tv/web/index.html#!/"',
            "ends at http://…$",
        ),
        (
            '[players.tv]\ntype = "jellyfin"\ntoken = "x"\nurl = "http://tv/jf/web/#/home"',
            "ends at http://…/jf$",
        ),
        ('[players]\ntype = "kodi"', "players.type.*must be a table"),
        ('libraries = ["/a"]', "libraries.*must be a table"),
        ("colour = 1", "colour.*no setting of this name: there are library_database, "),
        ("[library]", "library .*: did you mean 'libraries'"),
        ('[providers.tmdb]\ntokn = "x"', "providers.tmdb.tokn .*: did you mean 'token'"),
        ('[players.tv]\ntype = "kodi"\nurl = "http://tv"\nuser = "x"', "did you mean 'username'"),
        ("a =", "media.toml"),
    ],
)
def test_what_cannot_be_used_is_named(text: str, says: str) -> None:
    with pytest.raises(SettingsError, match=says):
        settings_of(text)


def test_every_mistake_is_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MEDIA_PATH_MAPPINGS", "{")
    monkeypatch.setenv("MEDIA_PROVIDERS__TMDB__REQUESTS_PER_SECOND", "many")
    with pytest.raises(SettingsError) as raised:
        settings_of('timezone = "Mars"\n[libraries]\na = "smb://nas"')
    lines = str(raised.value).splitlines()
    assert [line.partition(" ")[0] for line in lines] == [
        "libraries.a.path",
        "path_mappings",
        "timezone",
        "providers.tmdb.requests_per_second",
    ]
    assert "MEDIA_PROVIDERS__TMDB__REQUESTS_PER_SECOND" in lines[3]


def test_names_that_nobody_has_are_told_beside_all_else() -> None:
    with pytest.raises(SettingsError) as raised:
        settings_of("""
            timezone = "Mars"
            [libraries]
            a = "/a"
            b = "/a"
            [player_groups.kodis]
            libraries = ["c"]
            [players.tv]
            type = "kodi"
            url = "http://tv"
            group = "none"
            [players.den]
            type = "kodi"
            url = "http://den"
            group = "nor"
        """)
    said = str(raised.value)
    assert len(said.splitlines()) == 3
    for words in ("Mars", "two of them have the same path", "tv.group: there is no", "den.group"):
        assert words in said


def test_every_wrong_mapping_is_named() -> None:
    with pytest.raises(SettingsError) as raised:
        settings_of('[path_mappings]\n"movies" = "/a"\n"/b/../c" = "/d"')
    for source in ("'movies'", "'/b/../c'"):
        assert source in str(raised.value)


def test_what_is_probably_a_mistake_is_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("MY_TOKEN", "x")
    monkeypatch.setenv("MEDIA_CONFIG", str(tmp_path / "my.toml"))
    monkeypatch.setenv("MEDIA_MY_KEY", "x")
    monkeypatch.setenv("MEDIA_PROVIDERS__FANART__API_KEY", "x")
    (tmp_path / "my.toml").write_text('[providers.tmdb]\ntoken = { env = "MEDIA_MY_KEY" }')
    (no_library,) = doubts(read_settings())
    assert no_library.startswith(f"no library is configured: {tmp_path}/my.toml ")
    monkeypatch.setenv("MEDIA_LIBRARIES", '{"a": "/a"}')
    assert doubts(read_settings()) == []
    monkeypatch.setenv("MEDIA_TIME_ZONE", "Mars")
    monkeypatch.setenv("MEDIA_PROVIDER__TMDB__TOKEN", "x")
    assert doubts(read_settings()) == [
        "the variable MEDIA_PROVIDER__TMDB__TOKEN sets nothing: did you mean 'MEDIA_PROVIDERS'?",
        "the variable MEDIA_TIME_ZONE sets nothing: did you mean 'MEDIA_TIMEZONE'?",
    ]


def test_a_variable_that_is_no_json_is_named_beside_all_else(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with pytest.raises(SettingsError) as raised:
        settings_with(
            monkeypatch,
            MEDIA_HTTP__ALLOWED_HOSTS="nas:8000",
            MEDIA_PROVIDERS='{"tmdb": {"token": "hush-hush"',
            MEDIA_TIMEZONE="Mars",
        )
    for name in ("MEDIA_HTTP__ALLOWED_HOSTS", "MEDIA_PROVIDERS", "MEDIA_TIMEZONE"):
        assert f"({name}): " in str(raised.value)
    assert "hush" not in "".join(traceback.format_exception(raised.value))


@pytest.mark.parametrize(
    "text",
    [
        '[players.tv]\ntype = "plex"\nurl = "http://tv"\npassword = "hush-hush"',
        '[players.tv]\ntype = "kodi"\nurl = "http://tv"\ngroup = "no"\npassword = "hush-hush"',
        '[providers.tmdb]\ntoken = ["hush-hush"]',
    ],
)
def test_no_traceback_shows_a_secret(text: str) -> None:
    with pytest.raises(SettingsError) as raised:
        settings_of(text)
    assert "hush" not in "".join(traceback.format_exception(raised.value))


def test_a_file_that_is_named_must_be_there(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SettingsError, match=r"MEDIA_CONFIG.*no file /no/such"):
        settings_with(monkeypatch, MEDIA_CONFIG="/no/such")


def test_a_directory_is_no_configuration_file() -> None:
    # Docker makes one where there is no file to mount.
    Path("media.toml").mkdir()
    with pytest.raises(SettingsError, match=r"media\.toml is a directory"):
        read_settings()


def test_the_settings_are_read_when_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    assert read_settings().webhook_window_seconds == 5
    assert settings_with(monkeypatch, MEDIA_WEBHOOK_WINDOW_SECONDS="7").webhook_window_seconds == 7
