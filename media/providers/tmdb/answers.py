"""What TMDB answers, as far as it is used."""

from typing import Annotated

from pydantic import BeforeValidator, Field

from media.providers.lenient import Decimal, Lenient, Number, OrEmpty, OrNone, Text, Yes, only_good


class Named(Lenient):
    """A genre, a company, a keyword."""

    name: str = Field(min_length=1)


class Country(Lenient):
    """A country that produced it."""

    iso_3166_1: Text = None
    name: str = Field(min_length=1)


class Language(Lenient):
    """A language that is spoken."""

    iso_639_1: str = Field(min_length=1)


class Collection(Lenient):
    """The series that the movie is a part of."""

    id: int
    name: str = Field(min_length=1)


class Person(Lenient):
    """A part in the cast or the crew."""

    id: Number = None
    name: str = Field(min_length=1)
    profile_path: Text = None
    character: Text = None
    order: Number = None
    department: Text = None
    job: Text = None


class Credits(Lenient):
    """All parts."""

    cast: Annotated[tuple[Person, ...], BeforeValidator(only_good(Person))] = ()
    crew: Annotated[tuple[Person, ...], BeforeValidator(only_good(Person))] = ()


class Picture(Lenient):
    """An image; `iso_639_1` is None where it bears no text."""

    file_path: str = Field(min_length=1)
    width: Number = None
    height: Number = None
    iso_639_1: Text = None
    vote_average: Decimal = None
    vote_count: Number = None


Pictures = Annotated[tuple[Picture, ...], BeforeValidator(only_good(Picture))]


class Images(Lenient):
    """All images in the languages that were asked for."""

    posters: Pictures = ()
    backdrops: Pictures = ()
    logos: Pictures = ()


class Video(Lenient):
    """A trailer or the like; `size` is the height in pixels."""

    site: str
    key: str = Field(min_length=1)
    type: str
    name: Text = None
    official: Yes = None
    iso_639_1: Text = None
    size: Number = None


class Videos(Lenient):
    """All videos."""

    results: Annotated[tuple[Video, ...], BeforeValidator(only_good(Video))] = ()


class Release(Lenient):
    """One release in a country."""

    certification: Text = None
    type: Number = None


class Releases(Lenient):
    """The releases in one country."""

    iso_3166_1: str
    release_dates: Annotated[tuple[Release, ...], BeforeValidator(only_good(Release))] = ()


class ReleaseDates(Lenient):
    """The releases in all countries."""

    results: Annotated[tuple[Releases, ...], BeforeValidator(only_good(Releases))] = ()


class ExternalIds(Lenient):
    """What others call the movie."""

    imdb_id: Text = None


class Keywords(Lenient):
    """What the movie is about."""

    keywords: Annotated[tuple[Named, ...], BeforeValidator(only_good(Named))] = ()


class TranslatedTexts(Lenient):
    """The texts in one language; what is not translated is None."""

    title: Text = None
    overview: Text = None
    tagline: Text = None


class Translation(Lenient):
    """One translation."""

    iso_639_1: str
    iso_3166_1: Text = None
    data: TranslatedTexts


class Translations(Lenient):
    """All translations."""

    translations: Annotated[tuple[Translation, ...], BeforeValidator(only_good(Translation))] = ()


class TmdbDetails(Lenient):
    """All that TMDB tells of a movie in one answer."""

    id: int
    title: str = Field(min_length=1)
    original_title: Text = None
    original_language: Text = None
    overview: Text = None
    tagline: Text = None
    runtime: Number = None
    release_date: Text = None
    status: Text = None
    popularity: Decimal = None
    vote_average: Decimal = None
    vote_count: Number = None
    imdb_id: Text = None
    belongs_to_collection: Annotated[Collection | None, OrNone] = None
    genres: Annotated[tuple[Named, ...], BeforeValidator(only_good(Named))] = ()
    production_companies: Annotated[tuple[Named, ...], BeforeValidator(only_good(Named))] = ()
    production_countries: Annotated[tuple[Country, ...], BeforeValidator(only_good(Country))] = ()
    spoken_languages: Annotated[tuple[Language, ...], BeforeValidator(only_good(Language))] = ()
    credits: Annotated[Credits, OrEmpty] = Credits()
    images: Annotated[Images, OrEmpty] = Images()
    videos: Annotated[Videos, OrEmpty] = Videos()
    release_dates: Annotated[ReleaseDates, OrEmpty] = ReleaseDates()
    external_ids: Annotated[ExternalIds, OrEmpty] = ExternalIds()
    keywords: Annotated[Keywords, OrEmpty] = Keywords()
    translations: Annotated[Translations, OrEmpty] = Translations()


class TmdbFound(Lenient):
    """A movie that a search found."""

    id: int
    title: str
    original_title: Text = None
    release_date: Text = None
    popularity: Decimal = None

    @property
    def year(self) -> int | None:
        """The year of its release, None when it is not known."""
        digits = (self.release_date or "")[:4]
        return int(digits) if digits.isdigit() else None


class FoundList(Lenient):
    """What a search found."""

    results: Annotated[tuple[TmdbFound, ...], BeforeValidator(only_good(TmdbFound))] = ()


class FoundByImdb(Lenient):
    """What an IMDb id belongs to."""

    movie_results: Annotated[tuple[TmdbFound, ...], BeforeValidator(only_good(TmdbFound))] = ()


class Changed(Lenient):
    """A movie that was changed."""

    id: int


class ChangesPage(Lenient):
    """A page of the movies that were changed."""

    results: Annotated[tuple[Changed, ...], BeforeValidator(only_good(Changed))] = ()
    total_pages: int = 1


class PictureAddresses(Lenient):
    """Where TMDB's pictures are, and in which sizes."""

    secure_base_url: str
    poster_sizes: tuple[str, ...] = ()
    backdrop_sizes: tuple[str, ...] = ()
    logo_sizes: tuple[str, ...] = ()
    profile_sizes: tuple[str, ...] = ()


class Configuration(Lenient):
    """TMDB's own configuration."""

    images: PictureAddresses
