import logging
from typing import Any

import pytest
from player_house import House
from sqlalchemy import delete, select

from media.library.models import LibraryChange, Movie
from media.players import PlannedNotice
from media.settings import PlayerType

KODI: dict[str, Any] = {"type": "kodi", "url": "http://tv"}
PLEX: dict[str, Any] = {"type": "plex", "url": "http://plex", "token": "t"}


def test_every_player_concerned_gets_a_notice_and_the_change_is_gone(house: House) -> None:
    house.with_players({"tv": KODI, "plex": PLEX})
    house.changed(house.movies / "A", "A.nfo")
    assert house.plan() == [
        PlannedNotice("tv", "tv", PlayerType.KODI),
        PlannedNotice("plex", "plex", PlayerType.PLEX),
    ]
    assert [(row.player_group, row.player, row.files) for row in house.waiting()] == [
        ("tv", "tv", ["A.nfo"]),
        ("plex", "plex", ["A.nfo"]),
    ]
    assert house.changes() == 0


def test_a_directory_has_one_notice_for_each_player(house: House) -> None:
    house.with_players({"tv": KODI})
    house.changed(house.movies / "A", "poster.jpg")
    house.changed(house.movies / "B")
    house.plan()
    before = house.waiting()
    house.changed(house.movies / "A", "A.nfo", "poster.jpg")
    house.changed(house.movies / "A", "fanart.jpg")
    assert len(house.plan()) == 1
    rows = {row.directory: row for row in house.waiting()}
    assert len(rows) == 2
    assert rows[str(house.movies / "A")].files == ["A.nfo", "fanart.jpg", "poster.jpg"]
    # Who is telling the earlier row just now must not delete what it does not know of.
    assert rows[str(house.movies / "A")].id > max(row.id for row in before)


def test_what_waits_is_planned_again_without_a_change(house: House) -> None:
    house.with_players({"tv": KODI})
    house.changed(house.movies / "A")
    assert house.plan() == house.plan() != []


@pytest.mark.parametrize(
    ("changes", "in_the_end"),
    [
        (["updated", "deleted"], "deleted"),
        (["deleted", "updated"], "updated"),
        (["updated", "deleted", "updated"], "updated"),
    ],
)
@pytest.mark.parametrize("at_once", [True, False])
def test_the_later_change_counts(
    house: House, changes: list[str], in_the_end: str, at_once: bool
) -> None:
    house.with_players({"tv": KODI})
    for change in changes:
        house.changed(house.movies / "A", change=change)
        if not at_once:
            house.plan()
    house.plan()
    assert [row.change for row in house.waiting()] == [in_the_end]


def test_only_the_groups_that_a_library_concerns_are_told(house: House) -> None:
    house.with_players(
        {
            "kids": {**KODI, "group": "kids"},
            "all": {**KODI, "group": "all"},
            "alone": KODI,
            "off": {**KODI, "enabled": False},
        },
        {"kids": {"libraries": ["tv"]}, "all": {}},
    )
    house.changed(house.movies / "A")
    house.changed(house.series / "B")
    assert [planned.player for planned in house.plan()] == ["kids", "all", "alone"]
    assert house.waiting_for("kids") == ["B"]
    assert house.waiting_for("all") == house.waiting_for("alone") == ["A", "B"]
    assert house.waiting_for("off") == []


def test_the_innermost_library_counts(house: House) -> None:
    house.series = house.movies / "series"
    house.with_players({"kids": {**KODI, "group": "kids"}}, {"kids": {"libraries": ["tv"]}})
    house.changed(house.movies / "A")
    house.changed(house.series / "B")
    house.changed(house.movies / "series-2" / "C")
    house.plan()
    assert house.waiting_for("kids") == ["B"]


def test_kodis_with_one_library_are_told_once(house: House) -> None:
    house.with_players(
        {
            "bedroom": {**KODI, "group": "home"},
            "living": {**KODI, "group": "home"},
            "plex": {**PLEX, "group": "home"},
            "off": {**KODI, "group": "home", "enabled": False},
        },
        {"home": {"shared_library": True}},
    )
    house.changed(house.movies / "A")
    assert [(planned.group, planned.player) for planned in house.plan()] == [
        ("home", "bedroom"),
        ("home", "plex"),
    ]
    assert [(row.player_group, row.player) for row in house.waiting()] == [
        ("home", None),
        ("home", "plex"),
    ]


def test_with_the_phase_off_nothing_is_planned_and_the_log_says_so(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    house.with_players({"tv": KODI})
    house.changed(house.movies / "A")
    with caplog.at_level(logging.INFO):
        assert house.plan(notify=False) == []
    assert house.changes() == 0
    assert house.waiting() == []
    assert f"no player is told of {house.movies / 'A'}" in caplog.text


def test_what_no_library_holds_concerns_nobody(house: House) -> None:
    house.with_players({"tv": KODI})
    house.changed(house.movies.parent / "elsewhere")
    assert house.plan() == []
    assert house.changes() == 0


def test_what_waits_for_a_player_that_is_no_more_is_dropped(house: House) -> None:
    house.with_players({"tv": KODI, "plex": PLEX})
    house.changed(house.movies / "A")
    house.plan()
    house.with_players({"plex": PLEX})
    assert [planned.player for planned in house.plan()] == ["plex"]
    assert [row.player for row in house.waiting()] == ["plex"]


def test_a_movie_that_is_no_more_is_no_obstacle(house: House) -> None:
    house.with_players({"tv": KODI})
    directory = house.movie("A")
    with house.library.writing() as session:
        movie = session.scalars(select(Movie)).one()
        session.add(
            LibraryChange(
                directory=str(directory),
                change="updated",
                files=[],
                movie_id=movie.id,
                created_at=movie.created_at,
            )
        )
        session.execute(delete(Movie))
    house.plan()
    assert [row.movie_id for row in house.waiting()] == [None]
