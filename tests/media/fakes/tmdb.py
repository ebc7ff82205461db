"""TMDB as it behaves: one key or the other, nothing that was not asked for, its own errors."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from fakes.catalogue import TITLES, Title, by_imdb_id, by_tmdb_id, picture, tmdb_images
from fakes.service import Fails, FakeService, Recorded

TOKEN = "tmdb-read-token-0123456789"
API_KEY = "tmdbapikey0123456789abcdef012345"
PAGE = 2
DAYS = 14

UNAUTHORIZED = {
    "status_code": 7,
    "status_message": "Invalid API key: You must be granted a valid key.",
    "success": False,
}
NOT_FOUND = {
    "success": False,
    "status_code": 34,
    "status_message": "The resource you requested could not be found.",
}


def _invalid(message: str, code: int = 5) -> Fails:
    return Fails(422, {"success": False, "status_code": code, "status_message": message})


class FakeTmdb(FakeService):
    """Knows the titles of the catalogue, but for those in `removed`.

    `changes` are the ids of changed movies and the days on which they were.
    """

    def __init__(self, images_url: str) -> None:
        super().__init__()
        self.images_url = images_url
        self.removed: set[int] = set()
        self.changes: list[tuple[int, date]] = []
        self.overrides: dict[int, dict[str, Any]] = {}

    def answer(self, request: Recorded) -> Any:
        if (
            request.headers.get("authorization") != f"Bearer {TOKEN}"
            and request.query.get("api_key") != API_KEY
        ):
            raise Fails(401, UNAUTHORIZED)
        if request.method == "GET":
            if request.path == "/3/configuration":
                return self._configuration()
            if request.path == "/3/movie/changes":
                return self._changed(request.query)
            if request.path == "/3/search/movie":
                return self._search(request.query)
            if found := re.fullmatch(r"/3/movie/(\d+)", request.path):
                return self._movie(int(found[1]), request.query)
            if found := re.fullmatch(r"/3/find/(\w+)", request.path):
                return self._find(found[1], request.query)
        raise Fails(404, NOT_FOUND)

    def _configuration(self) -> dict[str, Any]:
        return {
            "change_keys": ["images", "overview"],
            "images": {
                "base_url": f"{self.images_url}/t/p/",
                "secure_base_url": f"{self.images_url}/t/p/",
                "backdrop_sizes": ["w300", "w780", "w1280", "original"],
                "logo_sizes": ["w45", "w92", "w154", "w185", "w300", "w500", "original"],
                "poster_sizes": ["w92", "w154", "w185", "w342", "w500", "w780", "original"],
                "profile_sizes": ["w45", "w185", "h632", "original"],
                "still_sizes": ["w92", "w185", "w300", "original"],
            },
        }

    def _known(self) -> list[Title]:
        return [title for title in TITLES if title.tmdb_id not in self.removed]

    def _movie(self, number: int, query: Mapping[str, str]) -> dict[str, Any]:
        title = by_tmdb_id(number)
        if title is None or number in self.removed:
            raise Fails(404, NOT_FOUND)
        language = query.get("language", "en-US")[:2]
        appended = [one for one in query.get("append_to_response", "").split(",") if one]
        if len(appended) > 20:
            raise _invalid("Too many append to response objects: The maximum is 20.", 27)
        answer = _details(title, language)
        for name in appended:
            if part := _part(title, name, language, query):
                answer[name] = part
        return {**answer, **self.overrides.get(number, {})}

    def _find(self, imdb_id: str, query: Mapping[str, str]) -> dict[str, Any]:
        if query.get("external_source") != "imdb_id":
            raise _invalid("Invalid parameters: Your request parameters are incorrect.")
        title = by_imdb_id(imdb_id)
        is_known = title is not None and title.tmdb_id not in self.removed
        return {
            "movie_results": [_summary(title, "en")] if title and is_known else [],
            "person_results": [],
            "tv_results": [],
        }

    def _search(self, query: Mapping[str, str]) -> dict[str, Any]:
        wanted = query.get("query", "").strip().lower()
        if not wanted:
            raise _invalid("query must be provided")
        language = query.get("language", "en-US")[:2]
        found = [
            title
            for title in self._known()
            if any(wanted in one.lower() for one in _titles_of(title))
            and query.get("year", title.release_date[:4]) == title.release_date[:4]
        ]
        found.sort(key=lambda title: -title.popularity)
        return {
            "page": 1,
            "results": [_summary(title, language) for title in found],
            "total_pages": 1,
            "total_results": len(found),
        }

    def _changed(self, query: Mapping[str, str]) -> dict[str, Any]:
        try:
            first = date.fromisoformat(query["start_date"])
            last = date.fromisoformat(query["end_date"])
        except (KeyError, ValueError):
            raise _invalid("Invalid date: Should be formatted as YYYY-MM-DD.", 26) from None
        if not 0 <= (last - first).days <= DAYS:
            raise _invalid("Invalid date range: Should be a range no longer than 14 days.", 20)
        page = int(query.get("page", "1"))
        ids = [number for number, day in self.changes if first <= day <= last]
        return {
            "page": page,
            "results": [
                {"id": one, "adult": False} for one in ids[(page - 1) * PAGE : page * PAGE]
            ],
            "total_pages": max(1, -(-len(ids) // PAGE)),
            "total_results": len(ids),
        }


def _titles_of(title: Title) -> list[str]:
    translated = [texts["title"] for texts in title.translations.values()]
    return [title.title, title.original_title, *translated]


def _summary(title: Title, language: str) -> dict[str, Any]:
    texts = title.translations.get(language, {})
    return {
        "adult": False,
        "id": title.tmdb_id,
        "title": texts.get("title") or title.title,
        "original_title": title.original_title,
        "original_language": title.original_language,
        # As TMDB does it: what is not translated is empty, but for the title.
        "overview": texts.get("overview", title.overview if language == "en" else ""),
        "release_date": title.release_date,
        "popularity": title.popularity,
        "vote_average": title.vote_average,
        "vote_count": title.vote_count,
        "poster_path": None,
        "video": False,
    }


def _details(title: Title, language: str) -> dict[str, Any]:
    texts = title.translations.get(language, {})
    collection = title.collection and {
        "id": title.collection[0],
        "name": title.collection[1],
        "poster_path": None,
        "backdrop_path": None,
    }
    return {
        **_summary(title, language),
        "belongs_to_collection": collection,
        "genres": [{"id": 100 + n, "name": name} for n, name in enumerate(title.genres)],
        "homepage": "",
        "imdb_id": title.imdb_id,
        "production_companies": [
            {"id": 1 + n, "name": name, "logo_path": None, "origin_country": "US"}
            for n, name in enumerate(title.studios)
        ],
        "production_countries": [
            {"iso_3166_1": code, "name": name} for code, name in title.countries
        ],
        "runtime": title.runtime,
        "spoken_languages": [
            {"iso_639_1": title.original_language, "name": "", "english_name": ""}
        ],
        "status": "Released",
        "tagline": texts.get("tagline", title.tagline if language == "en" else ""),
    }


def _part(title: Title, name: str, language: str, query: Mapping[str, str]) -> Any:
    match name:
        case "credits":
            return {"cast": [*_cast(title)], "crew": [*_crew(title)]}
        case "images":
            # Without the parameter only the language's own come, often none.
            wanted = query.get("include_image_language", language).split(",")
            return {
                kind: [one for one in pictures if (one["iso_639_1"] or "null") in wanted]
                for kind, pictures in tmdb_images(title).items()
            }
        case "videos":
            wanted = query.get("include_video_language", language).split(",")
            return {"results": [video for video in _videos(title) if video["iso_639_1"] in wanted]}
        case "release_dates":
            return {"results": [_releases(code, rating) for code, rating in title.ratings.items()]}
        case "external_ids":
            return {"imdb_id": title.imdb_id, "wikidata_id": None, "facebook_id": None}
        case "keywords":
            return {"keywords": [{"id": n, "name": one} for n, one in enumerate(title.keywords)]}
        case "translations":
            return {"translations": [*_translations(title)]}
    return None


def _cast(title: Title) -> list[dict[str, Any]]:
    return [
        {
            "id": number,
            "name": name,
            "character": character,
            "order": order,
            "profile_path": "/" + picture("actor", number, 400, 600),
            "known_for_department": "Acting",
        }
        for order, (number, name, character) in enumerate(title.cast)
    ]


def _crew(title: Title) -> list[dict[str, Any]]:
    return [
        {"id": number, "name": name, "department": department, "job": job, "profile_path": None}
        for number, name, department, job in title.crew
    ]


def _videos(title: Title) -> list[dict[str, Any]]:
    clip = ("clipOfTheSet", "Behind the scenes", "en", False)
    return [
        {
            "site": "YouTube",
            "key": key,
            "name": name,
            "type": "Featurette" if key == clip[0] else "Trailer",
            "official": official,
            "iso_639_1": language,
            "size": 1080,
            "published_at": "2015-01-01T00:00:00.000Z",
        }
        for key, name, language, official in (*title.trailers, clip)
    ]


def _releases(code: str, rating: str) -> dict[str, Any]:
    def one(release_type: int, certification: str) -> dict[str, Any]:
        return {
            "certification": certification,
            "type": release_type,
            "release_date": "2000-01-01T00:00:00.000Z",
            "note": "",
        }

    # The premiere comes first and bears no rating, the television's is another.
    return {"iso_3166_1": code, "release_dates": [one(1, ""), one(6, "TV-14"), one(3, rating)]}


def _translations(title: Title) -> list[dict[str, Any]]:
    english = {"title": title.title, "overview": title.overview, "tagline": title.tagline}
    return [
        {"iso_639_1": code, "iso_3166_1": code.upper(), "name": "", "data": {**texts, "runtime": 0}}
        for code, texts in {"en": english, **title.translations}.items()
    ]
