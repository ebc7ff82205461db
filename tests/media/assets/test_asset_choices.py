import threading
from pathlib import Path

import pytest
from asset_library import NOW, Offering, Select
from picture_server import PictureServer
from sqlalchemy import select

from media.cache import Cache, intact_file
from media.errors import (
    MovieUnknownError,
)
from media.library.database import Library
from media.library.models import CacheFile, Credit, Movie
from media.phases import EnrichmentPhase
from media.selection import select_assets
from media.settings import Settings

SMALL = (400, 600)


def test_a_persons_choice_stays_at_its_rank(
    offering: Offering, choose: Select, server: PictureServer, library: Library, cache: Cache
) -> None:
    mine = offering.offer(server.give_picture("/mine", 7, SMALL), language="fr", gone_since=NOW)
    posters = [offering.offer(server.give_picture(f"/p{n}", n), votes=9 - n) for n in range(4)]
    offering.choose("poster", 1, mine)
    choose()
    assert offering.chosen() == [posters[0], mine, posters[1]]
    # A person chose it, so neither its size nor its age counts; it is fetched.
    row = offering.rows()[1]
    with library.reading() as session:
        assert intact_file(session, cache, row.cache_key) is not None
    assert row.is_locked
    choose(autoSelectAssets=False)
    assert offering.chosen() == [mine]
    choose(maxPoster=1)
    assert offering.chosen() == [mine]
    # As a look-alike of it nothing else is taken.
    offering.offer(server.give_picture("/alike", 7), votes=999)
    choose()
    assert offering.chosen() == [posters[0], mine, posters[1]]


def test_a_persons_own_file_stays(
    offering: Offering, choose: Select, server: PictureServer, library: Library
) -> None:
    with library.writing() as session:
        file = CacheFile(key="0" * 64, asset_type="image", extension=".jpg", size=1, created_at=NOW)
        session.add(file)
    offering.choose("poster", 0, None, cache_key="0" * 64)
    poster = offering.offer(server.give_picture("/p"))
    choose()
    assert offering.rows()[0].cache_key == "0" * 64
    assert offering.chosen() == [None, poster]


def test_a_persons_choice_that_cannot_be_fetched_keeps_its_place(
    offering: Offering, choose: Select, server: PictureServer
) -> None:
    mine = offering.offer(server.give("/mine", b"<html/>", "image/jpeg"))
    offering.choose("poster", 0, mine)
    poster = offering.offer(server.give_picture("/p"))
    assert list(choose().failed) == [server.url("/mine")]
    assert offering.chosen() == [mine, poster]
    assert [row.cache_key is None for row in offering.rows()] == [True, False]


def test_a_locked_kind_is_left_alone(
    offering: Offering, choose: Select, server: PictureServer
) -> None:
    old = offering.offer(server.give_picture("/old", 1))
    offering.choose("poster", 0, old, is_locked=False)
    offering.offer(server.give_picture("/new", 2), votes=99)
    backdrop = offering.offer(server.give_picture("/f", 3, (1280, 720)), "fanart")
    offering.lock("poster", "title")
    choose()
    assert offering.chosen() == [old]
    assert offering.chosen("fanart") == [backdrop]
    choose(autoSelectAssets=False)
    assert (offering.chosen(), offering.chosen("fanart")) == ([old], [])


def test_switched_off_nothing_is_chosen_but_actors_are_fetched(
    offering: Offering, choose: Select, server: PictureServer
) -> None:
    offering.offer(server.give_picture("/p"))
    offering.cast(server.give_picture("/actor", 2))
    summary = choose(autoSelectAssets=False)
    assert (summary.is_automatic, summary.selected, summary.actors) == (False, {}, 1)
    assert set(server.asked) == {"/actor"}


def test_what_is_gone_or_not_asked_for_is_not_chosen(
    settings: Settings, offering: Offering, choose: Select, server: PictureServer
) -> None:
    url = server.give_picture("/p")
    gone = offering.offer(url, gone_since=NOW)
    offering.choose("poster", 0, gone, is_locked=False)
    offering.offer(url, provider="tvdb")
    providers = settings.providers.model_copy(update={"order": {"poster": ("tmdb",)}})
    choose(settings.model_copy(update={"providers": providers}))
    assert offering.chosen() == []


def test_someone_who_chooses_meanwhile_is_heard(
    offering: Offering, choose: Select, server: PictureServer
) -> None:
    posters = [offering.offer(server.give_picture(f"/p{n}", n), votes=9 - n) for n in range(3)]
    answered = threading.Event()

    def meanwhile(path: str) -> None:
        if path == "/p1" and not answered.is_set():
            answered.set()
            offering.choose("poster", 0, posters[2])

    server.before = meanwhile
    choose(maxPoster=2)
    assert offering.chosen() == [posters[2], posters[0]]


def test_a_movie_that_is_deleted_meanwhile_gets_nothing(
    library: Library, offering: Offering, choose: Select, server: PictureServer
) -> None:
    offering.offer(server.give_picture("/p"))

    def meanwhile(_path: str) -> None:
        with library.writing() as session:
            session.get_one(Movie, offering.movie_id).deleted_at = NOW

    server.before = meanwhile
    with pytest.raises(MovieUnknownError):
        choose()
    assert offering.rows() == []


@pytest.mark.parametrize("harm", ["gone", "cut"])
def test_a_damaged_file_of_the_cache_is_fetched_anew(
    offering: Offering, choose: Select, server: PictureServer, cache: Cache, harm: str
) -> None:
    offering.offer(server.give_picture("/p"))
    offering.cast(server.give_picture("/actor", 2))
    choose()
    files = [file.path for file in cache.files("image")]
    contents = {file: file.read_bytes() for file in files}
    for file in files:
        file.unlink() if harm == "gone" else file.write_bytes(contents[file][:-9])
    summary = choose()
    assert (summary.downloaded, summary.changed, summary.actors) == (2, 0, 1)
    assert {file: file.read_bytes() for file in files} == contents


def test_one_address_is_downloaded_once(
    offering: Offering, choose: Select, server: PictureServer
) -> None:
    url = server.give_picture("/p")
    offering.offer(url, "poster")
    offering.offer(url, "keyart", is_textless=True)
    offering.cast(server.give_picture("/actor", 2), server.url("/actor"))
    assert choose().actors == 2
    assert server.asked == {"/p": 1, "/actor": 1}


def test_an_actor_who_is_recast_meanwhile_gets_no_others_picture(
    offering: Offering, choose: Select, server: PictureServer, library: Library
) -> None:
    offering.cast(server.give_picture("/actor", 2))

    def meanwhile(_path: str) -> None:
        with library.writing() as session:
            session.scalars(select(Credit)).one().picture_url = "http://x/other"

    server.before = meanwhile
    assert choose().actors == 0
    with library.reading() as session:
        assert session.scalars(select(Credit.picture_key)).all() == [None]


def test_the_first_actors_pictures_are_fetched(
    offering: Offering, choose: Select, server: PictureServer, library: Library
) -> None:
    urls = [server.give_picture(f"/a{n}", n, (120, 180)) for n in range(20)]
    offering.cast(*urls[:3], None, server.url("/nothing"), *urls[3:])
    summary = choose()
    assert summary.actors == 13
    assert list(summary.failed) == [server.url("/nothing")]
    with library.reading() as session:
        rows = session.scalars(select(Credit).order_by(Credit.position)).all()
        assert [row.position for row in rows if row.picture_key] == [0, 1, 2, *range(5, 15)]
    assert choose().downloaded == 0


def test_a_trailer_of_youtube_is_chosen_by_its_address(
    offering: Offering, choose: Select, server: PictureServer
) -> None:
    def trailer(key: str, **more: object) -> int:
        url = f"https://www.youtube.com/watch?v={key}"
        return offering.offer(url, "trailer", height=1080, **more)

    trailer("fan", is_official=False)
    trailer("german", is_official=True, language="de")
    best = trailer("best", is_official=True)
    choose()
    assert offering.chosen("trailer") == [best]
    assert offering.rows()[0].cache_key is None
    assert offering.movie().trailer_url == "https://www.youtube.com/watch?v=best"
    assert not server.asked
    offering.lock("trailer_url")
    choose(language="de")
    assert offering.movie().trailer_url == "https://www.youtube.com/watch?v=best"


def test_a_trailer_that_is_a_file_is_downloaded(
    movie_directory: Path, offering: Offering, choose: Select, server: PictureServer, cache: Cache
) -> None:
    content = next(movie_directory.glob("*-trailer.mkv")).read_bytes()
    bad = offering.offer(server.give("/bad.mp4", b"none", "video/mp4"), "trailer", is_official=True)
    url = server.give("/t.mkv?x=1".partition("?")[0], content, "video/x-matroska")
    good = offering.offer(f"{url}?x=1", "trailer")
    choose()
    assert offering.chosen("trailer") == [good]
    assert "no video" in (offering.candidate(bad).refused or "")
    assert [file.path.read_bytes() for file in cache.files("video")] == [content]
    assert offering.movie().trailer_url == f"{url}?x=1"
    assert choose().changed == 0


def test_a_movie_that_is_gone_is_unknown(settings: Settings, library: Library) -> None:
    with pytest.raises(MovieUnknownError):
        select_assets(1, settings, EnrichmentPhase())


def test_progress_is_told(movie_id: int, settings: Settings, offering: Offering) -> None:
    told: list[str] = []
    offering.cast(None, None)
    select_assets(
        movie_id, settings, EnrichmentPhase(), lambda _done, _total, what: told.append(what)
    )
    assert told[:2] == ["poster", "fanart"]
    assert told[-2:] == ["Actor 0", "Actor 1"]
