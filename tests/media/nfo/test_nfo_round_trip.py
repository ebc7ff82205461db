"""What is written is strict XML, is read again as it was, and is not written otherwise again."""

import re
from dataclasses import replace

import pytest
from foreign_nfos import NFOS
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from nfo_strategies import ANY, CONTENT

from media.nfo import MovieNfo, merge_nfo, parse_nfo, read_movie

STRICT = etree.XMLParser(resolve_entities=False, no_network=True, recover=False)


@given(CONTENT)
def test_what_is_written_is_read_again(content: MovieNfo) -> None:
    written = merge_nfo(None, content).content
    assert read_movie(parse_nfo(written).root) == content.cleaned()


@given(CONTENT)
def test_the_file_is_strict_xml_without_control_characters(content: MovieNfo) -> None:
    written = merge_nfo(None, content).content
    assert written.startswith(b'<?xml version="1.0" encoding="UTF-8"')
    root = etree.fromstring(written, STRICT)
    assert root.tag == "movie"
    assert not re.search(
        "[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]", written.decode()
    )
    assert len(root.findall("uniqueid[@default='true']")) == bool(root.findall("uniqueid"))


@given(CONTENT)
def test_writing_again_gives_the_same_bytes(content: MovieNfo) -> None:
    first = merge_nfo(None, content)
    assert merge_nfo(first.content, content, first.offered).content == first.content
    assert merge_nfo(first.content, content).content == first.content


@given(CONTENT, CONTENT)
def test_new_values_replace_the_old_ones(old: MovieNfo, new: MovieNfo) -> None:
    first = merge_nfo(None, old)
    second = merge_nfo(first.content, new, first.offered)
    assert second.kept == ()
    merged = read_movie(parse_nfo(second.content).root)
    sources = {rating.source for rating in new.cleaned().ratings}
    ours = tuple(rating for rating in merged.ratings if rating.source in sources)
    assert {*ours} == {*new.cleaned().ratings}
    assert replace(merged, ratings=()) == replace(new.cleaned(), ratings=())


@given(
    st.binary(max_size=200) | ANY.map(lambda text: f"<movie>{text}".encode(errors="replace")),
    CONTENT,
)
def test_over_any_file_the_result_is_stable(existing: bytes, content: MovieNfo) -> None:
    first = merge_nfo(existing, content)
    second = merge_nfo(first.content, content, first.offered)
    assert second.content == first.content
    assert second.is_whole


@pytest.mark.parametrize("tool", NFOS)
@given(content=CONTENT)
def test_over_every_tool_s_file_the_result_is_stable_and_says_what_we_say(
    tool: str, content: MovieNfo
) -> None:
    first = merge_nfo(NFOS[tool], content)
    assert first.is_whole
    assert merge_nfo(first.content, content, first.offered).content == first.content
    said, ours = read_movie(parse_nfo(first.content).root), content.cleaned()
    for name in ("title", "plot", "tmdb_id", "genres", "collection", "directors", "actors"):
        if getattr(ours, name) and name not in first.kept:
            assert getattr(said, name) == getattr(ours, name)
