import random
from pathlib import Path

import pytest
from asset_library import NOW, Offering, Select
from asset_pictures import encoded, picture
from picture_server import PictureServer
from sqlalchemy import select

from media.cache import Cache, intact_file
from media.errors import (
    CacheUnavailableError,
    ServiceFailedError,
)
from media.images import inspect_image
from media.library.database import Library
from media.library.models import Artwork, Candidate, PublishedFile
from media.settings import Settings

SMALL = (400, 600)


def test_the_best_of_each_kind_are_chosen_and_brought(
    offering: Offering, choose: Select, server: PictureServer, library: Library, cache: Cache
) -> None:
    posters = [
        offering.offer(
            server.give_picture(f"/p{n}", n),
            votes=100 - n,
            vote_average=8.0,
            width=800,
            height=1200,
        )
        for n in range(5)
    ]
    backdrops = [
        offering.offer(
            server.give_picture(f"/f{n}", n, (1280, 720)),
            "fanart",
            votes=9 - n,
            width=1280,
            height=720,
        )
        for n in range(7)
    ]
    logos = [
        offering.offer(
            server.give_picture(f"/l{n}", n, (800, 310)), "clearlogo", "fanart", votes=9 - n
        )
        for n in range(3)
    ]
    discs = [
        offering.offer(
            server.give_picture(f"/d{n}", n, (1000, 1000)), "discart", "fanart", votes=9 - n
        )
        for n in range(2)
    ]
    summary = choose()
    assert offering.chosen("poster") == posters[:3]
    assert offering.chosen("fanart") == backdrops[:5]
    assert offering.chosen("clearlogo") == logos[:2]
    assert offering.chosen("discart") == discs[:1]
    assert summary.selected == {"clearlogo": 2, "discart": 1, "fanart": 5, "poster": 3}
    assert (summary.downloaded, summary.changed, summary.failed) == (11, 11, {})
    with library.reading() as session:
        for row in offering.rows():
            assert intact_file(session, cache, row.cache_key) is not None
            assert row.cache_key == session.get_one(Candidate, row.candidate_id).cache_key
    # What was not chosen was not downloaded.
    assert set(server.asked) == {
        *(f"/p{n}" for n in range(3)),
        *(f"/f{n}" for n in range(5)),
        *("/l0", "/l1", "/d0"),
    }


def test_what_has_the_usual_size_is_not_all_fetched_for_comparison(
    offering: Offering, choose: Select, server: PictureServer
) -> None:
    small = offering.offer(
        server.give_picture("/sd", 1, (400, 155)), "clearlogo", "fanart", votes=99
    )
    logos = [
        offering.offer(
            server.give_picture(f"/hd{n}", n, (800, 310)), "clearlogo", "fanart", votes=9 - n
        )
        for n in range(2, 6)
    ]
    posters = [
        offering.offer(
            server.give_picture(f"/p{n}", n, (1000, 1426)), "poster", "fanart", votes=9 - n
        )
        for n in range(5)
    ]
    choose()
    assert offering.chosen("clearlogo") == logos[:2]
    assert offering.chosen("poster") == posters[:3]
    assert offering.candidate(small).width == 400
    assert set(server.asked) == {"/sd", "/hd2", "/hd3", "/p0", "/p1", "/p2"}


def test_running_again_changes_nothing(
    offering: Offering, choose: Select, server: PictureServer
) -> None:
    for n in range(6):
        # Nobody tells their sizes; one is found to be too small, some to be alike.
        size = SMALL if n == 1 else (800 + 40 * n, 1200 + 60 * n)
        offering.offer(server.give_picture(f"/p{n}", n // 2, size), votes=n)
    choose()
    before = [(row.id, row.candidate_id, row.selected_at) for row in offering.rows()]
    asked = server.asked.copy()
    again = choose()
    assert (again.changed, again.downloaded) == (0, 0)
    assert [(row.id, row.candidate_id, row.selected_at) for row in offering.rows()] == before
    assert server.asked == asked


@pytest.mark.parametrize("seed", range(4))
def test_the_order_of_the_offers_does_not_matter(
    offering: Offering, choose: Select, server: PictureServer, seed: int
) -> None:
    sizes = [(800, 1200), (900, 1350), (400, 600), (1000, 1500)]
    offers = [
        (server.give_picture(f"/p{n}", n // 2, sizes[n % 4]), n % 3, n % 2) for n in range(12)
    ]
    random.Random(seed).shuffle(offers)
    for url, votes, is_known in offers:
        width, height = sizes[int(url.rpartition("p")[2]) % 4]
        known = {"width": width, "height": height} if is_known else {}
        offering.offer(url, votes=votes, **known)
    choose(maxPoster=4)
    first = [offering.candidate(one or 0).url for one in offering.chosen()]
    assert [url.rpartition("/")[2] for url in first] == ["p11", "p7", "p5", "p3"]
    assert choose(maxPoster=4).changed == 0


def test_the_configuration_says_how_many(
    offering: Offering, choose: Select, server: PictureServer
) -> None:
    posters = [offering.offer(server.give_picture(f"/p{n}", n), votes=9 - n) for n in range(3)]
    choose(maxPoster=1)
    assert offering.chosen() == posters[:1]
    choose(maxPoster=2)
    assert offering.chosen() == posters[:2]
    choose(maxPoster=0)
    assert offering.chosen() == []


@pytest.mark.parametrize("kind", ["poster", "keyart", "fanart"])
def test_what_is_too_small_is_refused_before_and_after_it_is_fetched(
    offering: Offering, choose: Select, server: PictureServer, kind: str
) -> None:
    told = offering.offer(server.give_picture("/told", 1, SMALL), kind, width=400, height=600)
    lied = offering.offer(server.give_picture("/lied", 2, SMALL), kind, width=4000, height=6000)
    untold = offering.offer(server.give_picture("/untold", 3, SMALL), kind, votes=99)
    good = offering.offer(server.give_picture("/good", 4, (480, 720)), kind)
    choose()
    assert offering.chosen(kind) == [good]
    assert server.asked["/told"] == 0
    for refused in (told, lied, untold):
        assert offering.candidate(refused).refused == "too small: 600 pixels high, not 720"
    assert offering.candidate(lied).width == 400
    # The refusal ends with the reason for it.
    choose(minResolution=600)
    assert offering.chosen(kind)[0] in (told, lied, untold)
    assert offering.candidate(told).refused is None


def test_a_banner_has_no_least_height(
    offering: Offering, choose: Select, server: PictureServer
) -> None:
    url = server.give_picture("/b", 1, (1000, 185))
    banner = offering.offer(url, "banner", "fanart", width=1000, height=185)
    choose()
    assert offering.chosen("banner") == [banner]


@pytest.mark.parametrize(
    ("body", "content_type", "reason"),
    [
        (b"<html/>", "text/html", "text/html"),
        (b"<html/>", "image/jpeg", "no image"),
        (encoded(picture(9, (800, 1200)))[:-500], "image/jpeg", "damaged"),
        (bytes(300_000), "image/jpeg", "300000|200000"),
        (encoded(picture(9, (1300, 1300))), "image/jpeg", "pixels, more than"),
        (None, "", "404"),
    ],
    ids=["page", "lie", "truncated", "too many bytes", "too many pixels", "not there"],
)
def test_what_cannot_be_used_is_refused_for_good_and_the_next_is_taken(
    settings: Settings,
    offering: Offering,
    choose: Select,
    server: PictureServer,
    body: bytes | None,
    content_type: str,
    reason: str,
) -> None:
    http = settings.http.model_copy(
        update={"max_image_bytes": 200_000, "max_image_pixels": 1_500_000}
    )
    limited = settings.model_copy(update={"http": http})
    url = server.url("/bad") if body is None else server.give("/bad", body, content_type)
    bad = offering.offer(url, votes=99)
    good = offering.offer(server.give_picture("/good", 2))
    summary = choose(limited, maxPoster=1)
    assert offering.chosen() == [good]
    assert list(summary.failed) == [url]
    refused = offering.candidate(bad).refused
    assert refused is not None
    assert any(part in refused for part in reason.split("|")), refused
    again = choose(limited, maxPoster=1)
    assert (again.changed, again.failed, server.asked["/bad"]) == (0, {}, 1)


def test_an_address_in_a_private_network_is_refused(
    offering: Offering, choose: Select, server: PictureServer
) -> None:
    bad = offering.offer("http://127.0.0.1:1/poster.jpg", votes=99)
    good = offering.offer(server.give_picture("/good", 2))
    choose(maxPoster=1)
    assert offering.chosen() == [good]
    assert offering.candidate(bad).refused


def test_what_may_pass_is_raised_after_all_else_is_done(
    offering: Offering, choose: Select, server: PictureServer
) -> None:
    best = offering.offer(server.give("/best", status=503), votes=99)
    posters = [offering.offer(server.give_picture(f"/p{n}", n), votes=9 - n) for n in range(3)]
    backdrop = offering.offer(server.give_picture("/f", 5, (1280, 720)), "fanart")
    actor = server.give_picture("/actor", 6)
    offering.cast(actor)
    with pytest.raises(ServiceFailedError):
        choose()
    assert offering.chosen() == posters
    assert offering.chosen("fanart") == [backdrop]
    assert offering.candidate(best).refused is None
    # The next attempt is about that one file, and puts it where it belongs.
    asked = server.asked.copy()
    server.give_picture("/best", 8)
    assert choose().downloaded == 1
    assert offering.chosen() == [best, *posters[:2]]
    asked["/best"] += 1
    assert server.asked == asked


def test_a_cache_that_is_full_is_raised_at_once(
    settings: Settings, offering: Offering, choose: Select, server: PictureServer
) -> None:
    offering.offer(server.give_picture("/a"))
    settings.cache_directory.write_text("in the way")
    with pytest.raises(CacheUnavailableError):
        choose()
    assert offering.chosen() == []


def test_pictures_that_look_alike_are_taken_once(
    offering: Offering, choose: Select, server: PictureServer
) -> None:
    large = offering.offer(server.give_picture("/large", 1, (1000, 1500)), width=1000, height=1500)
    server.give("/again", encoded(picture(1, (1000, 1500)), "JPEG", quality=40))
    alike = offering.offer(server.url("/again"), provider="fanart", votes=99)
    other = offering.offer(server.give_picture("/other", 2), provider="fanart")
    choose()
    assert offering.chosen() == [large, other]
    assert offering.candidate(alike).refused is None


@pytest.mark.parametrize("is_ours", [False, True])
def test_what_the_user_has_is_not_chosen_again(
    movie_directory: Path,
    library: Library,
    offering: Offering,
    choose: Select,
    server: PictureServer,
    is_ours: bool,
) -> None:
    same = offering.offer(server.give_picture("/same", 1), votes=99)
    other = offering.offer(server.give_picture("/other", 2))
    content = encoded(picture(1, (600, 900)), "PNG")
    offering.own_picture(movie_directory, "folder.png", "poster", content)
    # A fanart that looks the same does not concern the posters.
    offering.own_picture(movie_directory, "fanart.png", "fanart", encoded(picture(2), "PNG"))
    if is_ours:
        status = (movie_directory / "folder.png").stat()
        with library.writing() as session:
            session.add(
                PublishedFile(
                    movie_id=offering.movie_id,
                    relative_path="folder.png",
                    kind="poster",
                    sha256="0" * 64,
                    size=status.st_size,
                    mtime_ns=status.st_mtime_ns,
                    published_at=NOW,
                )
            )
    choose()
    assert offering.chosen() == ([same, other] if is_ours else [other])


def test_one_address_that_is_bad_is_bad_for_every_kind(
    offering: Offering, choose: Select, server: PictureServer
) -> None:
    url = server.give("/bad", b"<html/>", "image/jpeg")
    both = [offering.offer(url, "poster"), offering.offer(url, "keyart", is_textless=True)]
    choose()
    assert all(offering.candidate(one).refused for one in both)
    assert server.asked == {"/bad": 1}


def test_one_address_that_is_late_is_asked_once(
    offering: Offering, choose: Select, server: PictureServer
) -> None:
    url = server.give("/late", status=503)
    offering.offer(url, "poster")
    offering.offer(url, "keyart", is_textless=True)
    with pytest.raises(ServiceFailedError):
        choose()
    assert server.asked == {"/late": 1}


def test_a_picture_of_the_users_that_cannot_be_read_is_like_nothing(
    movie_directory: Path, offering: Offering, choose: Select, server: PictureServer
) -> None:
    poster = offering.offer(server.give_picture("/p"))
    offering.own_picture(movie_directory, "poster.jpg", "poster", b"broken")
    choose()
    assert offering.chosen() == [poster]


def test_what_we_wrote_before_is_not_taken_for_the_users(
    movie_directory: Path,
    library: Library,
    offering: Offering,
    choose: Select,
    server: PictureServer,
) -> None:
    before = offering.offer(server.give_picture("/before", 1), votes=9)
    now = offering.offer(server.give_picture("/now", 2), votes=99)
    # The library last saw the picture that was the best then; we have written another since.
    old = encoded(picture(1, (600, 900)), "PNG")
    offering.own_picture(movie_directory, "poster.png", "poster", old)
    path = movie_directory / "poster.png"
    path.write_bytes(encoded(picture(2, (600, 900)), "PNG"))
    with library.writing() as session:
        session.scalars(select(Artwork)).one().perceptual_hash = inspect_image(
            old, 10**8
        ).perceptual_hash
        session.add(
            PublishedFile(
                movie_id=offering.movie_id,
                relative_path="poster.png",
                kind="poster",
                sha256="0" * 64,
                size=path.stat().st_size,
                mtime_ns=path.stat().st_mtime_ns,
                published_at=NOW,
            )
        )
    choose()
    assert offering.chosen() == [now, before]
    path.write_bytes(b"the user's now")
    choose()
    assert offering.chosen() == [now]
    path.unlink()
    choose()
    assert offering.chosen() == [now, before]
