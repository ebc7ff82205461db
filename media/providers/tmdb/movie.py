"""A movie as TMDB knows it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from media.languages import language_tag
from media.providers.image import ProviderImage
from media.providers.tmdb.answers import Picture, PictureAddresses, TmdbDetails, Video

# Theatrical first, then limited, premiere, digital, physical, television.
_RELEASE_TYPES = (3, 2, 1, 4, 5, 6)
_NO_LANGUAGE = ("xx", "null")
_WATCH = "https://www.youtube.com/watch?v="


@dataclass(frozen=True)
class TmdbMovie:
    """What TMDB tells of a movie, and where its pictures are."""

    details: TmdbDetails
    addresses: PictureAddresses

    def certification(self, region: str) -> str | None:
        """Return the age rating in `region` (`US`), None where there is none."""
        for country in self.details.release_dates.results:
            if country.iso_3166_1 == region:
                rated = [one for one in country.release_dates if one.certification]
                rated.sort(key=lambda one: _rank_of(one.type))
                return rated[0].certification if rated else None
        return None

    def text(self, name: str, language: str) -> str | None:
        """Return `overview` or `tagline`; in English where it is not there in `language`."""
        if own := getattr(self.details, name):
            return str(own)
        for wanted in (language, "en"):
            for translation in self.details.translations.translations:
                text = getattr(translation.data, name)
                if translation.iso_639_1 == wanted and text:
                    return str(text)
        return None

    def picture_url(self, path: str | None) -> str | None:
        """Return the address of a person's picture."""
        if path is None or path.endswith(".svg"):
            return None
        return self._url(_size(self.addresses.profile_sizes, "h632"), path)

    def images(self) -> list[ProviderImage]:
        """Return all artwork that can be used, and the trailers (teasers only without any).

        A poster without text also serves as key art; a backdrop with text is a
        landscape, one without fanart. Logos as SVG are left out.
        """
        images = self.details.images
        return [
            *self._pictures("poster", images.posters, self.addresses.poster_sizes, "w342"),
            *self._pictures(
                "keyart", _textless(images.posters), self.addresses.poster_sizes, "w342"
            ),
            *self._pictures(
                "fanart", _textless(images.backdrops), self.addresses.backdrop_sizes, "w780"
            ),
            *self._pictures(
                "landscape", _with_text(images.backdrops), self.addresses.backdrop_sizes, "w780"
            ),
            *self._pictures("clearlogo", images.logos, self.addresses.logo_sizes, "w300"),
            *map(_trailer, _trailers(self.details.videos.results)),
        ]

    def _pictures(
        self, kind: str, pictures: Sequence[Picture], sizes: Sequence[str], preview: str
    ) -> Iterator[ProviderImage]:
        for picture in pictures:
            if picture.file_path.lower().endswith(".svg"):
                continue
            yield ProviderImage(
                provider="tmdb",
                provider_id=picture.file_path,
                kind=kind,
                url=self._url("original", picture.file_path),
                preview_url=self._url(_size(sizes, preview), picture.file_path),
                language=_language(picture.iso_639_1),
                width=picture.width,
                height=picture.height,
                votes=picture.vote_count,
                vote_average=picture.vote_average,
                # A logo is text, whatever language it is said to have.
                is_textless=kind != "clearlogo" and _is_textless(picture),
            )

    def _url(self, size: str, path: str) -> str:
        return f"{self.addresses.secure_base_url.rstrip('/')}/{size}/{path.lstrip('/')}"


def _rank_of(release_type: int | None) -> int:
    return _RELEASE_TYPES.index(release_type) if release_type in _RELEASE_TYPES else 9


def _size(sizes: Sequence[str], wanted: str) -> str:
    return wanted if wanted in sizes else "original"


def _is_textless(picture: Picture) -> bool:
    return picture.iso_639_1 is None or picture.iso_639_1 in _NO_LANGUAGE


def _textless(pictures: Sequence[Picture]) -> list[Picture]:
    return [picture for picture in pictures if _is_textless(picture)]


def _with_text(pictures: Sequence[Picture]) -> list[Picture]:
    return [picture for picture in pictures if not _is_textless(picture)]


def _language(code: str | None) -> str | None:
    return None if code is None or code in _NO_LANGUAGE else language_tag(code)


def _trailers(videos: Sequence[Video]) -> list[Video]:
    watched = [video for video in videos if video.site == "YouTube"]
    trailers = [video for video in watched if video.type == "Trailer"]
    return trailers or [video for video in watched if video.type == "Teaser"]


def _trailer(video: Video) -> ProviderImage:
    return ProviderImage(
        provider="tmdb",
        provider_id=video.key,
        kind="trailer",
        url=f"{_WATCH}{video.key}",
        title=video.name,
        language=_language(video.iso_639_1),
        height=video.size,
        is_official=video.official,
    )
