"""All providers together, with the host of their pictures."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any, Self

from fakes import fanart, tmdb, tvdb
from fakes.images import FakeImages
from fakes.service import FakeService
from media.settings import Settings

#: How long an answer may take. Who asks is not to give up a fake that has no turn to run.
PATIENT = {
    "connect_timeout_seconds": 120,
    "read_timeout_seconds": 120,
    "total_timeout_seconds": 300,
}


class Providers:
    """TMDB, fanart.tv, TheTVDB and a host of pictures, each on a port of its own."""

    def __init__(self) -> None:
        self.images = FakeImages()
        self.tmdb = tmdb.FakeTmdb(self.images.url)
        self.fanart = fanart.FakeFanart(self.images.url)
        self.tvdb = tvdb.FakeTvdb(self.images.url)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        # Each takes its time to stop.
        with ThreadPoolExecutor() as pool:
            list(pool.map(FakeService.stop, self._all()))

    def _all(self) -> list[FakeService]:
        return [self.images, self.tmdb, self.fanart, self.tvdb]

    def tables(self) -> dict[str, Any]:
        """Return the tables `providers` and `http` of the settings that lead here."""
        return {
            "providers": {
                "tmdb": {"base_url": self.tmdb.url, "token": tmdb.TOKEN},
                "fanart": {
                    "base_url": self.fanart.url,
                    "api_key": fanart.API_KEY,
                    "client_key": fanart.CLIENT_KEY,
                },
                "tvdb": {
                    "base_url": self.tvdb.base_url,
                    "api_key": tvdb.API_KEY,
                    "pin": tvdb.PIN,
                },
            },
            "http": {"allowed_hosts": [self.images.host], **PATIENT},
        }

    def environment(self) -> dict[str, str]:
        """Return the same as environment variables, for the worker processes."""
        variables = {}
        for name, table in self.tables()["providers"].items():
            for key, value in table.items():
                variables[f"MEDIA_PROVIDERS__{name}__{key}".upper()] = value
        variables["MEDIA_HTTP__ALLOWED_HOSTS"] = f'["{self.images.host}"]'
        for key, seconds in PATIENT.items():
            variables[f"MEDIA_HTTP__{key}".upper()] = str(seconds)
        return variables

    def configure(self, settings: Settings, **http: Any) -> Settings:
        """Return `settings` with the providers here, and with some of `http` changed."""
        tables = self.tables()
        given = settings.model_dump(exclude={"providers", "http"})
        return Settings(**given, providers=tables["providers"], http={**tables["http"], **http})
