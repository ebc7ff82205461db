"""The movies that the fakes know, as TMDB would tell of them in English."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Title:
    """A movie. `pictures` are `(kind, look, width, height, language)` as TMDB has them."""

    tmdb_id: int
    imdb_id: str
    tvdb_id: int
    title: str
    original_title: str
    original_language: str
    release_date: str
    overview: str
    tagline: str
    runtime: int
    genres: tuple[str, ...]
    cast: tuple[tuple[int, str, str], ...]
    crew: tuple[tuple[int, str, str, str], ...]
    ratings: dict[str, str]
    countries: tuple[tuple[str, str], ...] = (("US", "United States of America"),)
    studios: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    collection: tuple[int, str] | None = None
    popularity: float = 10.0
    vote_average: float = 7.5
    vote_count: int = 1000
    translations: dict[str, dict[str, str]] = field(default_factory=dict)
    trailers: tuple[tuple[str, str, str, bool], ...] = ()

    @property
    def look(self) -> int:
        """The number from which its pictures' looks count."""
        return self.tmdb_id * 100


TITLES = (
    Title(
        603,
        "tt0133093",
        169,
        "The Matrix",
        "The Matrix",
        "en",
        "1999-03-31",
        "A hacker learns that his world is a simulation & fights those who run it.",
        "Believe the unbelievable.",
        136,
        ("Action", "Science Fiction"),
        (
            (6384, "Keanu Reeves", "Thomas A. Anderson / Neo"),
            (2975, "Laurence Fishburne", "Morpheus"),
            (530, "Carrie-Anne Moss", "Trinity"),
        ),
        (
            (9340, "Lana Wachowski", "Directing", "Director"),
            (9339, "Lilly Wachowski", "Directing", "Director"),
            (9340, "Lana Wachowski", "Writing", "Writer"),
            (1091, "Joel Silver", "Production", "Producer"),
        ),
        {"US": "R", "DE": "16"},
        studios=("Village Roadshow Pictures", "Silver Pictures"),
        keywords=("artificial reality", "dystopia"),
        collection=(2344, "The Matrix Collection"),
        popularity=90.0,
        vote_average=8.2,
        vote_count=25000,
        translations={
            "de": {
                "title": "Matrix",
                "overview": "Ein Hacker erfährt, dass seine Welt eine Simulation ist.",
                "tagline": "",
            }
        },
        trailers=(
            ("m8e-FF8MsqU", "Official Trailer", "en", True),
            ("xyzGermanTr1", "Deutscher Trailer", "de", True),
        ),
    ),
    Title(
        45745,
        "tt1727587",
        12001,
        "Sintel",
        "Sintel",
        "en",
        "2010-09-30",
        "A girl searches for the dragon that was her friend.",
        "",
        15,
        ("Animation", "Fantasy"),
        ((225685, "Halina Reijn", "Sintel (voice)"), (52602, "Thom Hoffman", "Shaman (voice)")),
        ((72425, "Colin Levy", "Directing", "Director"),),
        {"US": "PG"},
        countries=(("NL", "Netherlands"),),
        studios=("Blender Foundation",),
        trailers=(("eRsGyueVLvQ", "Trailer", "en", True),),
    ),
    Title(
        10378,
        "tt1254207",
        12002,
        "Big Buck Bunny",
        "Big Buck Bunny",
        "en",
        "2008-04-10",
        "A rabbit has enough of three rodents.",
        "",
        10,
        ("Animation", "Comedy"),
        (),
        ((72423, "Sacha Goedegebure", "Directing", "Director"),),
        {},
        countries=(("NL", "Netherlands"),),
        studios=("Blender Foundation",),
    ),
    Title(
        194,
        "tt0211915",
        12003,
        "Amélie",
        "Le Fabuleux Destin d'Amélie Poulain",
        "fr",
        "2001-04-25",
        "A shy waitress decides to help those around her.",
        "One person can change your life forever.",
        122,
        ("Comedy", "Romance"),
        ((2405, "Audrey Tautou", "Amélie Poulain"), (2406, "Mathieu Kassovitz", "Nino")),
        ((2419, "Jean-Pierre Jeunet", "Directing", "Director"),),
        {"US": "R", "FR": "U", "DE": "6"},
        countries=(("FR", "France"), ("DE", "Germany")),
        translations={
            "de": {
                "title": "Die fabelhafte Welt der Amélie",
                "overview": "Eine schüchterne Kellnerin hilft den Menschen um sie herum.",
                "tagline": "Sie wird dein Leben verändern.",
            }
        },
    ),
    Title(
        593,
        "tt0069293",
        12004,
        "Solaris",
        "Солярис",
        "ru",
        "1972-09-26",
        "A psychologist visits a station above a planet that thinks.",
        "",
        166,
        ("Drama", "Science Fiction"),
        ((37833, "Donatas Banionis", "Kris Kelvin"),),
        ((8452, "Andrei Tarkovsky", "Directing", "Director"),),
        {"US": "PG"},
        countries=(("SU", "Soviet Union"),),
    ),
    Title(
        2103,
        "tt0307479",
        12005,
        "Solaris",
        "Solaris",
        "en",
        "2002-11-27",
        "A psychologist is sent to a station whose crew behaves oddly.",
        "",
        99,
        ("Drama", "Mystery"),
        ((1461, "George Clooney", "Chris Kelvin"),),
        ((1884, "Steven Soderbergh", "Directing", "Director"),),
        {"US": "PG-13"},
    ),
    Title(
        27205,
        "tt1375666",
        113,
        "Inception",
        "Inception",
        "en",
        "2010-07-16",
        "A thief enters dreams to plant an idea.",
        "Your mind is the scene of the crime.",
        148,
        ("Action", "Science Fiction"),
        (
            (6193, "Leonardo DiCaprio", "Dom Cobb"),
            (24045, "Joseph Gordon-Levitt", "Arthur"),
        ),
        ((525, "Christopher Nolan", "Directing", "Director"),),
        {"US": "PG-13", "GB": "12A"},
        countries=(("GB", "United Kingdom"), ("US", "United States of America")),
        trailers=(("YoHD9XEInc0", "Official Trailer", "en", True),),
    ),
)


def by_tmdb_id(number: int) -> Title | None:
    return next((title for title in TITLES if title.tmdb_id == number), None)


def by_imdb_id(imdb_id: str) -> Title | None:
    return next((title for title in TITLES if title.imdb_id == imdb_id), None)


def by_tvdb_id(number: int) -> Title | None:
    return next((title for title in TITLES if title.tvdb_id == number), None)


def picture(kind: str, look: int, width: int, height: int, form: str = "jpg") -> str:
    """Return the name of a picture, which tells what is in it."""
    return f"{kind}-look{look}-{width}x{height}.{form}"


def tmdb_images(title: Title) -> dict[str, list[dict[str, Any]]]:
    """Return all pictures of a movie in all languages, with one SVG among them."""
    look = title.look

    def one(
        name: str, width: int, height: int, language: str | None, votes: int = 5
    ) -> dict[str, Any]:
        return {
            "aspect_ratio": round(width / height, 3),
            "file_path": f"/{name}",
            "height": height,
            "iso_639_1": language,
            "vote_average": min(10.0, 4.0 + votes / 10),
            "vote_count": votes,
            "width": width,
        }

    return {
        "posters": [
            one(picture("poster", look + 1, 1000, 1500), 1000, 1500, "en", 40),
            one(picture("poster", look + 2, 2000, 3000), 2000, 3000, "en", 20),
            one(picture("poster", look + 3, 1000, 1500), 1000, 1500, "de", 10),
            one(picture("poster", look + 4, 1000, 1500), 1000, 1500, None, 8),
            one(picture("poster", look + 5, 300, 450), 300, 450, "en", 50),
        ],
        "backdrops": [
            one(picture("backdrop", look + 11, 1920, 1080), 1920, 1080, None, 30),
            one(picture("backdrop", look + 12, 3840, 2160), 3840, 2160, None, 25),
            one(picture("backdrop", look + 13, 1280, 720), 1280, 720, "en", 15),
        ],
        "logos": [
            one(picture("logo", look + 21, 800, 310, "png"), 800, 310, "en", 12),
            one(f"logo-look{look + 22}.svg", 500, 200, "en", 30),
        ],
    }
