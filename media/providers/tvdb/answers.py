"""What TheTVDB answers, and what its kinds are called at Kodi."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from media.languages import language_tag
from media.providers.image import ProviderImage
from media.providers.lenient import Decimal, Lenient, Number, OrNone, Text, Yes, only_good

# By the name of the type, since its number is TheTVDB's own affair.
_KINDS = {
    "poster": "poster",
    "background": "fanart",
    "banner": "banner",
    "clearart": "clearart",
    "clearlogo": "clearlogo",
}


class Token(Lenient):
    """What a login gives."""

    token: str = Field(min_length=1)


class Login(Lenient):
    """The answer to a login."""

    data: Token


class ArtworkType(Lenient):
    """A type of artwork, and of what it is."""

    id: int
    name: str
    record_type: str = Field(alias="recordType")


class ArtworkTypes(Lenient):
    """All types."""

    data: Annotated[tuple[ArtworkType, ...], BeforeValidator(only_good(ArtworkType))] = ()

    def kinds(self) -> dict[int, str]:
        """Return Kodi's name of each type that is a movie's, by its number."""
        named = {one.id: _plain(one.name) for one in self.data if one.record_type == "movie"}
        return {number: _KINDS[name] for number, name in named.items() if name in _KINDS}


class Artwork(Lenient):
    """One picture; `language` has three letters."""

    id: Text = None
    image: str = Field(pattern=r"^https?://")
    thumbnail: Text = None
    language: Text = None
    type: int
    score: Decimal = None
    width: Number = None
    height: Number = None
    includes_text: Yes = Field(default=None, alias="includesText")


class Movie(Lenient):
    """A movie's own part of the answer."""

    id: int
    artworks: Annotated[tuple[Artwork, ...], BeforeValidator(only_good(Artwork))] = ()


class MovieAnswer(Lenient):
    """The answer about a movie."""

    data: Movie


class RemoteMovie(Lenient):
    """A movie that a foreign id belongs to."""

    id: int


class RemoteResult(Lenient):
    """What a foreign id belongs to: a movie, or something else."""

    movie: Annotated[RemoteMovie | None, OrNone] = None


class RemoteAnswer(Lenient):
    """All that a foreign id belongs to."""

    data: Annotated[tuple[RemoteResult, ...], BeforeValidator(only_good(RemoteResult))] = ()


def pictures_of(movie: Movie, kinds: Mapping[int, str]) -> Iterator[ProviderImage]:
    """Yield the pictures whose type Kodi has a name for."""
    for artwork in movie.artworks:
        if kind := kinds.get(artwork.type):
            yield _image(kind, artwork)


def _image(kind: str, artwork: Artwork) -> ProviderImage:
    code = artwork.language
    return ProviderImage(
        provider="tvdb",
        provider_id=artwork.id,
        kind=kind,
        url=artwork.image,
        preview_url=artwork.thumbnail,
        language=language_tag(code) if code else None,
        width=artwork.width,
        height=artwork.height,
        votes=None if artwork.score is None else round(artwork.score),
        is_textless=None if artwork.includes_text is None else not artwork.includes_text,
    )


def _plain(name: Any) -> str:
    plain = "".join(letter for letter in str(name).lower() if letter.isalpha())
    return plain.removesuffix("s")
