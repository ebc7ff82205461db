"""Ask TheTVDB."""

from datetime import timedelta
from typing import Any, Self
from urllib.parse import quote

from media.errors import NotFoundAtServiceError, ServiceRefusedError, SettingsError
from media.library.database import Library
from media.outside import OutsideClient, Service
from media.providers.image import ProviderImage
from media.providers.lenient import read_as
from media.providers.memory import ProviderMemory
from media.providers.tvdb.answers import (
    ArtworkTypes,
    Login,
    MovieAnswer,
    RemoteAnswer,
    pictures_of,
)
from media.settings import Settings, reveal

# It holds for a month; a new one is fetched a little earlier.
TOKEN_LIFETIME = timedelta(days=28)
TYPES_LIFETIME = timedelta(days=7)


class Tvdb:
    """A client of TheTVDB: a context manager. Errors are those of `OutsideClient`.

    Raises:
        SettingsError: there is no key to ask with.
    """

    def __init__(self, settings: Settings) -> None:
        own = settings.providers.tvdb
        if not own.is_configured:
            raise SettingsError("providers.tvdb has no api_key")
        self._keys = {"apikey": reveal(own.api_key)}
        if pin := reveal(own.pin):
            self._keys["pin"] = pin
        service = Service("tvdb", own.base_url, own.requests_per_second)
        self._client = OutsideClient(service, settings)
        self._memory = ProviderMemory(Library(settings.library_database), "tvdb")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._client.close()

    def images(self, tvdb_id: int | None, imdb_id: str | None) -> list[ProviderImage]:
        """Return the artwork of a movie by either id; empty when TheTVDB has none."""
        number = tvdb_id if tvdb_id is not None else self._id_of(imdb_id)
        if number is None:
            return []
        try:
            # Not the short form: it has no artwork.
            answer = self._get(f"/movies/{number}/extended")
        except NotFoundAtServiceError:
            return []
        movie = read_as(MovieAnswer, answer, "tvdb").data
        return list(pictures_of(movie, self._kinds()))

    def _id_of(self, imdb_id: str | None) -> int | None:
        if not imdb_id:
            return None
        try:
            answer = self._get(f"/search/remoteid/{quote(imdb_id, safe='')}")
        except NotFoundAtServiceError:
            return None
        found = read_as(RemoteAnswer, answer, "tvdb").data
        return next((result.movie.id for result in found if result.movie), None)

    def _kinds(self) -> dict[int, str]:
        answer = self._memory.configuration(
            lambda: dict(self._get("/artwork/types")), TYPES_LIFETIME
        )
        return read_as(ArtworkTypes, answer, "tvdb").kinds()

    def _get(self, path: str) -> Any:
        token = self._memory.token()
        if token is None:
            return self._client.get_json(path, headers=_bearer(self._login()))
        try:
            return self._client.get_json(path, headers=_bearer(token))
        except ServiceRefusedError as error:
            if error.status != 401:
                raise
        # Withdrawn before its time; a second refusal is about the key itself.
        return self._client.get_json(path, headers=_bearer(self._login()))

    def _login(self) -> str:
        token = read_as(Login, self._client.post_json("/login", self._keys), "tvdb").data.token
        self._memory.keep_token(token, TOKEN_LIFETIME)
        return token


def _bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}
