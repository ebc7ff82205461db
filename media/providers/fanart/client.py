"""Ask fanart.tv."""

from typing import Self
from urllib.parse import quote

from media.errors import InvalidAnswerError, NotFoundAtServiceError, SettingsError
from media.outside import OutsideClient, Service
from media.providers.fanart.answers import pictures_of
from media.providers.image import ProviderImage
from media.settings import Settings, reveal


class Fanart:
    """A client of fanart.tv: a context manager. Errors are those of `OutsideClient`.

    Raises:
        SettingsError: there is no key to ask with.
    """

    def __init__(self, settings: Settings) -> None:
        own = settings.providers.fanart
        if not own.is_configured:
            raise SettingsError("providers.fanart has no api_key")
        service = Service("fanart", own.base_url, own.requests_per_second)
        keys = {"api-key": reveal(own.api_key), "client-key": reveal(own.client_key)}
        headers = {name: key for name, key in keys.items() if key}
        self._client = OutsideClient(service, settings, headers)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._client.close()

    def images(self, tmdb_id: int | None, imdb_id: str | None) -> list[ProviderImage]:
        """Return the artwork of a movie by either id; empty when there is none."""
        movie = str(tmdb_id) if tmdb_id is not None else imdb_id
        if not movie:
            return []
        try:
            answer = self._client.get_json(f"/v3/movies/{quote(movie, safe='')}")
        except NotFoundAtServiceError:
            return []
        if not isinstance(answer, dict):
            raise InvalidAnswerError("fanart sent what cannot be used: no object")
        return list(pictures_of(answer))
