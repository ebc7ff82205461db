"""A movie turns out to be another one while its artwork is being fetched."""

from asset_library import Offering, Select
from picture_server import PictureServer


def test_a_picture_is_not_taken_for_the_one_that_has_its_number_now(
    offering: Offering, choose: Select, server: PictureServer
) -> None:
    wrong = offering.offer(server.give_picture("/wrong", 1))
    right = server.give_picture("/right", 2)
    reused = []

    def _another_movie(path: str) -> None:
        if path == "/wrong":
            offering.withdraw()
            reused.append(offering.offer(right))

    server.before = _another_movie
    choose()
    assert reused == [wrong]
    choose()
    assert offering.chosen() == reused
    assert offering.sources() == [right]


def test_what_was_picked_and_is_gone_is_not_chosen(
    offering: Offering, choose: Select, server: PictureServer
) -> None:
    offering.offer(server.give_picture("/first", 1), votes=9)
    offering.offer(server.give_picture("/second", 2))
    right = server.give_picture("/right", 3)

    def _another_movie(path: str) -> None:
        if path == "/second":
            offering.withdraw()
            offering.offer(right)

    server.before = _another_movie
    choose()
    assert [offering.candidate(one or 0).url for one in offering.chosen()] == [right]
    assert offering.sources() == [right]


def test_where_nothing_is_offered_any_more_nothing_is_chosen(
    offering: Offering, choose: Select, server: PictureServer
) -> None:
    offering.offer(server.give_picture("/first", 1), votes=9)
    offering.offer(server.give_picture("/second", 2))
    server.before = lambda path: offering.withdraw() if path == "/second" else None
    assert choose().selected == {}
    assert offering.rows() == []
