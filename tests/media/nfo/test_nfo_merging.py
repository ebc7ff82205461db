"""What others have written into an NFO stays, and what is ours is ours."""

import pytest
from foreign_nfos import JELLYFIN, KODI, MEDIA_ELCH, NFOS, RADARR, TINY_MEDIA_MANAGER
from lxml import etree

from media.nfo import MovieNfo, NfoActor, NfoRating, NfoSet, merge_nfo, parse_nfo

OURS = MovieNfo(
    title="Sintel",
    ratings=(NfoRating("themoviedb", 7.55, 1000),),
    plot="A girl looks\n\nfor her dragon.",
    runtime_minutes=15,
    certification="US:PG-13",
    tmdb_id=45745,
    imdb_id="tt1727587",
    genres=("Animation", "Fantasy"),
    collection=NfoSet("Open movies", "All of them.", 4711),
    directors=("Colin Levy",),
    premiered="2010-09-30",
    trailer="https://www.youtube.com/watch?v=eRsGyueVLvQ",
    actors=(NfoActor("Halina Reijn", "Sintel", "https://image.example/h2.jpg"),),
)


def merged(existing: str | bytes, ours: MovieNfo = OURS) -> etree._Element:
    data = existing.encode() if isinstance(existing, str) else existing
    content = merge_nfo(data, ours).content
    return etree.fromstring(content[: content.index(b"</movie>") + 8])


def text(root: etree._Element, path: str) -> str | None:
    found = root.findall(path)
    assert len(found) <= 1, path
    return found[0].text if found else None


def foreign(root: etree._Element) -> list[bytes]:
    """Return what of an NFO is not ours: neither our tags nor older forms of our ids."""
    ours = {element.tag for element in merged("<movie/>")} | {"id", "tmdbid", "imdbid"}
    return [etree.tostring(one, with_tail=False) for one in root if one.tag not in ours]


@pytest.mark.parametrize("tool", NFOS)
def test_every_tool_s_nfo_keeps_what_it_has_and_gets_what_is_ours(tool: str) -> None:
    merge = merge_nfo(NFOS[tool], OURS)
    new = merged(NFOS[tool])
    assert merge.is_whole
    assert foreign(new) == foreign(parse_nfo(NFOS[tool]).root) != []
    assert text(new, "title") == "Sintel"
    assert text(new, "uniqueid[@type='tmdb']") == "45745"
    assert merge_nfo(merge.content, OURS, merge.offered).content == merge.content


def test_what_was_watched_and_rated_stays() -> None:
    root = merged(KODI)
    assert text(root, "playcount") == "3"
    assert text(root, "lastplayed") == "2026-11-01"
    assert text(root, "userrating") == "9"
    assert text(root, "resume/position") == "120.000000"
    assert text(root, "dateadded") == "2020-01-02 03:04:05"
    assert text(merged(RADARR), "watched") == "true"
    assert text(merged(TINY_MEDIA_MANAGER), "watched") == "true"


def test_ratings_of_other_sources_stay_and_so_does_their_default() -> None:
    root = merged(KODI)
    assert text(root, "ratings/rating[@name='trakt']/value") == "7.1"
    assert text(root, "ratings/rating[@name='imdb']/votes") == "8123"
    assert text(root, "ratings/rating[@name='themoviedb']/value") == "7.55"
    assert [one.get("name") for one in root.findall("ratings/rating[@default='true']")] == ["imdb"]


def test_unknown_kinds_of_unique_id_stay_and_one_is_the_default() -> None:
    root = merged(KODI)
    assert text(root, "uniqueid[@type='mymovies']") == "77"
    assert [one.get("type") for one in root.findall("uniqueid[@default='true']")] == ["imdb"]
    alone = merged("<movie/>")
    assert [one.get("type") for one in alone.findall("uniqueid[@default='true']")] == ["tmdb"]


def test_ids_in_older_forms_do_not_contradict_ours() -> None:
    root = merged(TINY_MEDIA_MANAGER)
    assert (text(root, "tmdbid"), text(root, "id")) == ("45745", "tt1727587")
    assert (
        text(merged("<movie><id>tt1727587</id></movie>"), "uniqueid[@type='imdb']") == "tt1727587"
    )


def test_attributes_comments_and_unknown_children_stay() -> None:
    root = merged(TINY_MEDIA_MANAGER)
    assert root.find("set").get("tmdbcolid") == "4711"
    assert text(root, "set/overview") == "All of them."
    assert text(root, "actor/profile") == "https://people.example/7"
    assert text(root, "actor/thumb") == "https://image.example/h2.jpg"
    assert text(root, "user_note") == "bought in 2011"
    assert root.find("producer").get("tmdbid") == "8"
    content = merge_nfo(TINY_MEDIA_MANAGER.encode(), OURS).content
    assert b"<!-- mine: keep -->\n" in content
    assert b"<!--created on 2026-11-20" in content


def test_ours_stand_where_the_old_ones_stood() -> None:
    tags = [one.tag for one in merged(TINY_MEDIA_MANAGER) if isinstance(one.tag, str)]
    assert tags[:3] == ["title", "epbookmark", "year"]
    assert tags.index("genre") + 1 == len(tags) - 1 - tags[::-1].index("genre")


def test_another_collection_does_not_keep_the_old_one_s_number() -> None:
    root = merged(TINY_MEDIA_MANAGER, MovieNfo(collection=NfoSet("Others")))
    assert root.find("set").get("tmdbcolid") is None


def test_a_plain_set_becomes_one_with_a_name() -> None:
    root = merged(MEDIA_ELCH)
    assert text(root, "set/name") == "Open movies"
    assert not (root.find("set").text or "").strip()


def test_a_picture_that_is_no_web_address_goes() -> None:
    assert text(merged(KODI, MovieNfo(actors=(NfoActor("Halina Reijn"),))), "actor/thumb") is None


def test_web_addresses_behind_the_xml_stay_as_comments() -> None:
    content = merge_nfo(MEDIA_ELCH.encode(), OURS).content
    assert content.endswith(b"</movie>\n<!-- https://www.themoviedb.org/movie/45745-sintel -->\n")
    alone = merge_nfo(b"https://example.org/a--b---c\n", OURS)
    assert alone.is_whole
    assert alone.content.endswith(b"</movie>\n<!-- https://example.org/a-%2Db-%2D-c -->\n")
    for strict in (content, alone.content):
        assert etree.fromstring(strict).tag == "movie"
        assert merge_nfo(strict, OURS).content == strict


@pytest.mark.parametrize("title", ["odd", "even"])
def test_a_declaration_of_utf_16_that_is_not_true_is_passed_over(title: str) -> None:
    declared = f'<?xml version="1.0" encoding="utf-16"?><movie><mine>{title}</mine></movie>'
    for content in (declared.encode(), declared.encode("utf-16")):
        merge = merge_nfo(content, OURS)
        assert merge.is_whole
        assert text(etree.fromstring(merge.content), "mine") == title


def test_latin_1_is_read_right_and_written_as_utf_8() -> None:
    content = merge_nfo(NFOS["ember"], OURS).content.decode()
    assert "Blu-ray \u2013 Küche" in content
    assert 'encoding="UTF-8"' in content


def test_a_field_of_the_file_that_we_know_nothing_of_stays() -> None:
    root = merged(KODI, MovieNfo(title="Sintel"))
    assert text(root, "plot") == "An old plot."
    assert text(root, "mpaa") == "Rated PG"
    assert text(root, "fileinfo/streamdetails/video/stereomode") == "left_right"


def test_what_jellyfin_has_locked_stays() -> None:
    merge = merge_nfo(JELLYFIN.encode(), OURS)
    assert text(merged(JELLYFIN), "plot") == "A plot of my own."
    assert text(merged(JELLYFIN), "mpaa") == "US:PG-13"
    assert "plot" in merge.kept
    locked = JELLYFIN.replace("<lockdata>false", "<lockdata>true")
    assert text(merged(locked), "tmdbid") == "1"
    assert text(merged(locked), "runtime") == "15", "what is not there is no contradiction"


def test_what_a_person_locked_in_the_library_goes_over_the_file() -> None:
    locked = JELLYFIN.replace("<lockdata>false", "<lockdata>true").encode()
    content = merge_nfo(locked, OURS, locked={"plot"}).content
    assert etree.fromstring(content).findtext("plot") == OURS.plot


def test_a_change_by_others_stays_until_ours_changes_too() -> None:
    first = merge_nfo(None, OURS)
    theirs = first.content.replace(b"US:PG-13", b"Rated R")
    second = merge_nfo(theirs, OURS, first.offered)
    assert (second.content, second.kept) == (theirs, ("certification",))
    third = merge_nfo(second.content, OURS, second.offered)
    assert third.content == theirs, "and stays, however often it is published"
    ours = MovieNfo(**{**vars(OURS), "certification": "US:G"})
    fourth = merge_nfo(third.content, ours, third.offered)
    assert etree.fromstring(fourth.content).findtext("mpaa") == "US:G"


def test_what_we_no_longer_know_goes_if_it_was_ours() -> None:
    first = merge_nfo(None, OURS)
    without = MovieNfo(**{**vars(OURS), "certification": None, "collection": None, "genres": ()})
    second = etree.fromstring(merge_nfo(first.content, without, first.offered).content)
    assert [second.find(tag) for tag in ("mpaa", "set", "genre")] == [None, None, None]


@pytest.mark.parametrize(
    "broken",
    [
        "<movie><title>Sintel</title><playcount>3</playcount><plot>no end",
        "<movie><playcount>3</playcount></movie>\n<movie><title>two</title></movie>",
        "<movie><playcount>3</playcount></movie> and then some words",
        '<!DOCTYPE movie [<!ENTITY mine "text">]><movie><playcount>3</playcount></movie>',
    ],
)
def test_of_a_broken_file_is_kept_what_can_be_read(broken: str) -> None:
    merge = merge_nfo(broken.encode(), OURS)
    assert not merge.is_whole
    root = etree.fromstring(merge.content)
    assert text(root, "playcount") == "3"
    assert text(root, "title") == "Sintel"


@pytest.mark.parametrize("other", ["some group's art", "<tvshow><title>X</title></tvshow>"])
def test_what_is_no_movie_is_not_whole(other: str) -> None:
    merge = merge_nfo(other.encode(), OURS)
    assert not merge.is_whole
    assert etree.fromstring(merge.content).findtext("title") == "Sintel"


def test_what_kodi_forgives_loses_nothing() -> None:
    forgiven = (
        "<movie><user_note>Tom & J\x07erry &eacute; &#x1;R&Dept; more</user_note>"
        "<mine><![CDATA[A & B &eacute;]]></mine></movie>"
    )
    merge = merge_nfo(forgiven.encode(), OURS)
    root = etree.fromstring(merge.content)
    assert merge.is_whole
    assert text(root, "user_note") == "Tom & Jerry é R&Dept; more"
    assert text(root, "mine") == "A & B &eacute;"


def test_nothing_is_fetched_and_no_entity_expands() -> None:
    bomb = (
        '<!DOCTYPE movie [<!ENTITY a "AAAA"><!ENTITY x SYSTEM "file:///etc/passwd">]>'
        "<movie><mine>&a;&x;</mine></movie>"
    )
    content = merge_nfo(bomb.encode(), OURS).content
    assert b"AAAA" not in content
    assert b"root:" not in content


@pytest.mark.parametrize("piece", ["<!DOCTYPE[", "<!--", "<![CDATA[", "&a;", "<movie>", "</movie>"])
def test_a_strangers_file_does_not_take_for_ever(piece: str) -> None:
    merge_nfo(("<movie>" + piece * 100_000).encode(), OURS)
