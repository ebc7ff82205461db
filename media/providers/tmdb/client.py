"""Ask TMDB."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Self
from urllib.parse import quote

from media.errors import NotFoundAtServiceError, SettingsError
from media.library.database import Library
from media.outside import OutsideClient, Service
from media.providers.lenient import read_as
from media.providers.memory import ProviderMemory
from media.providers.tmdb.answers import (
    ChangesPage,
    Configuration,
    FoundByImdb,
    FoundList,
    PictureAddresses,
    TmdbDetails,
    TmdbFound,
)
from media.providers.tmdb.movie import TmdbMovie
from media.providers.tmdb.windows import day_windows
from media.settings import Settings, reveal

APPENDED = (
    "credits",
    "images",
    "videos",
    "release_dates",
    "external_ids",
    "keywords",
    "translations",
)
# TMDB asks its clients to look again every few days.
CONFIGURATION_LIFETIME = timedelta(days=3)
# It refuses to answer beyond this one.
LAST_PAGE = 500


class Tmdb:
    """A client of TMDB: a context manager. Errors are those of `OutsideClient`.

    Raises:
        SettingsError: there is no key to ask with.
    """

    def __init__(self, settings: Settings) -> None:
        own = settings.providers.tmdb
        if not own.is_configured:
            raise SettingsError("providers.tmdb has neither a token nor an api_key")
        token, key = reveal(own.token), reveal(own.api_key)
        service = Service("tmdb", own.base_url, own.requests_per_second)
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._key: dict[str, str | int] = {} if token else {"api_key": key or ""}
        self._client = OutsideClient(service, settings, headers)
        self._memory = ProviderMemory(Library(settings.library_database), "tmdb")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._client.close()

    def movie(self, tmdb_id: int, language: str, region: str) -> TmdbMovie:
        """Return all that TMDB knows of a movie, by one request.

        `language` is as in `de`, `region` as in `DE`. Pictures come in that
        language, in English and without text. `NotFoundAtServiceError`: there
        is no such movie, or it became one with another.
        """
        pictures = ",".join(dict.fromkeys((language, "en", "null")))
        answer = self._get(
            f"/3/movie/{tmdb_id}",
            language=f"{language}-{region}",
            append_to_response=",".join(APPENDED),
            include_image_language=pictures,
            include_video_language=pictures,
        )
        return TmdbMovie(read_as(TmdbDetails, answer, "tmdb"), self._addresses())

    def find_by_imdb(self, imdb_id: str) -> int | None:
        """Return the TMDB id of an IMDb id, None when TMDB knows none."""
        try:
            answer = self._get(f"/3/find/{quote(imdb_id, safe='')}", external_source="imdb_id")
        except NotFoundAtServiceError:
            return None
        found = read_as(FoundByImdb, answer, "tmdb").movie_results
        return found[0].id if found else None

    def search(
        self, title: str, year: int | None, language: str, region: str
    ) -> Sequence[TmdbFound]:
        """Return the movies that TMDB finds by a title, the likeliest first.

        With a `year`, only those that were released in it somewhere.
        """
        narrowed: dict[str, str | int] = {} if year is None else {"year": year}
        answer = self._get(
            "/3/search/movie",
            query=title,
            language=f"{language}-{region}",
            region=region,
            include_adult="false",
            **narrowed,
        )
        return read_as(FoundList, answer, "tmdb").results

    def changed_since(self, since: datetime, until: datetime) -> Iterator[int]:
        """Yield the ids of all movies that were changed, some perhaps twice."""
        for first, last in day_windows(since, until):
            yield from self._changed_between(first, last)

    def _changed_between(self, first: date, last: date) -> Iterator[int]:
        found = self._changes_page(first, last, 1)
        if found.total_pages > LAST_PAGE and last - first > timedelta(days=1):
            middle = first + (last - first) / 2
            yield from self._changed_between(first, middle)
            yield from self._changed_between(middle, last)
            return
        yield from (changed.id for changed in found.results)
        for page in range(2, min(found.total_pages, LAST_PAGE) + 1):
            yield from (changed.id for changed in self._changes_page(first, last, page).results)

    def _changes_page(self, first: date, last: date, page: int) -> ChangesPage:
        answer = self._get(
            "/3/movie/changes",
            start_date=first.isoformat(),
            end_date=last.isoformat(),
            page=page,
        )
        return read_as(ChangesPage, answer, "tmdb")

    def _addresses(self) -> PictureAddresses:
        answer = self._memory.configuration(
            lambda: dict(self._get("/3/configuration")), CONFIGURATION_LIFETIME
        )
        return read_as(Configuration, answer, "tmdb").images

    def _get(self, path: str, **params: str | int) -> Any:
        return self._client.get_json(path, {**self._key, **params})
