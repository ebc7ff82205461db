"""What counts as a word, and when a text is found in a job's arguments."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sqlite_transport.search.words import has_words, words_in, words_of

JSON = "application/json"


def body(*args: Any, **kwargs: Any) -> str:
    return json.dumps([args, kwargs, {"callbacks": None, "chain": [{"args": ["later"]}]}])


def found(text: str, payload: str | bytes | None, content_type: str | None = JSON) -> bool:
    return has_words(payload, content_type, words_in(text))


@pytest.mark.parametrize(
    "text",
    [
        "sintel",
        "SINTEL",
        "sin",
        "movies 2010",
        "2010 movies",
        "/movies/Sintel (2010)",
        "amélie",
        "AMÉLIE",
        "ame\u0301lie",
        "москва",
        "МОСКВ",  # noqa: RUF001 - it is Cyrillic
        "東京",
        "strasse",
        "straße",
        "deep",
        "inner",
        "42",
        "force",
    ],
)
def test_what_is_found(text: str) -> None:
    payload = body(
        "/movies/Sintel (2010)",
        ["Amélie", "Москва", {"inner": "deep"}],
        name="東京物語",
        street="Straße",
        size=42,
        force=True,
    )
    assert found(text, payload)
    assert found(text, payload.encode())


@pytest.mark.parametrize("text", ["intel", "sintel 2011", "callbacks", "later", "true", "amelie"])
def test_what_is_not(text: str) -> None:
    assert not found(text, body("/movies/Sintel (2010)", "Amélie", force=True))


@pytest.mark.parametrize(
    ("payload", "content_type"),
    [
        (body("film"), "application/x-python-serialize"),
        (body("film"), None),
        (None, JSON),
        ("", JSON),
        ("film", JSON),
        ('{"film": 1}', JSON),
        ('[["film"]]', JSON),
        (b"\xff\xfe film", JSON),
        ("[" * 100_000, JSON),
        ('[["film", ' + "9" * 5000 + "], {}]", JSON),
    ],
    ids=lambda value: repr(value)[:30],
)
def test_what_is_no_arguments_has_no_words(
    payload: str | bytes | None, content_type: str | None
) -> None:
    assert not found("film", payload, content_type)


def test_arguments_that_nest_deeply() -> None:
    payload = body("x").replace('"x"', "[" * 500 + '"film"' + "]" * 500)
    assert found("film", payload)


def test_a_lone_surrogate_is_no_letter() -> None:
    assert words_of('[["film\\ud83d one"], {}]', JSON) == {"film", "one"}


@given(st.text(), st.text())
def test_the_glance_never_denies_what_is_there(one: str, other: str) -> None:
    """A word is found in the arguments that it was taken from, however they are written."""
    for ascii_only in (True, False):
        payload = json.dumps([[one, other], {}, {}], ensure_ascii=ascii_only)
        for word in words_in(f"{one} {other}"):
            assert found(word, payload)
