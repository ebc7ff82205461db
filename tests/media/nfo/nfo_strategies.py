"""Whatever the library may say of a movie, for property tests."""

from datetime import date

from hypothesis import strategies as st

from media.nfo import (
    MovieNfo,
    NfoActor,
    NfoAudio,
    NfoRating,
    NfoSet,
    NfoStreams,
    NfoVideo,
)

# Anything at all, with what breaks XML more often than chance has it.
ANY = st.text(
    st.characters(codec=None) | st.sampled_from("&<>]\"'\r\n\t\x00\x0b\x85\ud800\ufffe/ ")
)
TEXT = st.none() | ANY
NUMBER = st.none() | st.integers(1, 999_999_999)
TEXTS = st.lists(ANY, max_size=2).map(tuple)
RATING = st.builds(
    NfoRating, ANY, st.integers(0, 10_000).map(lambda n: n / 1000), NUMBER, st.just(10)
)
VIDEO = st.builds(NfoVideo, TEXT, NUMBER, NUMBER, NUMBER, TEXT)
STREAMS = st.builds(
    NfoStreams,
    st.lists(VIDEO, max_size=2).map(tuple),
    st.lists(st.builds(NfoAudio, TEXT, TEXT, NUMBER), max_size=3).map(tuple),
    TEXTS,
)
CONTENT = st.builds(
    MovieNfo,
    title=TEXT,
    original_title=TEXT,
    sort_title=TEXT,
    ratings=st.lists(RATING, max_size=3).map(tuple),
    outline=TEXT,
    plot=TEXT,
    tagline=TEXT,
    runtime_minutes=NUMBER,
    certification=TEXT,
    tmdb_id=NUMBER,
    imdb_id=st.none() | st.from_regex(r"tt[0-9]{7,8}", fullmatch=True),
    tvdb_id=NUMBER,
    genres=TEXTS,
    countries=TEXTS,
    collection=st.none() | st.builds(NfoSet, ANY, TEXT, NUMBER),
    tags=TEXTS,
    credits=TEXTS,
    directors=TEXTS,
    premiered=st.none() | st.dates(date(1870, 1, 1), date(2100, 1, 1)).map(str),
    year=st.none() | st.integers(1870, 2100),
    studios=TEXTS,
    trailer=st.none() | ANY | st.just("https://www.youtube.com/watch?v=abcdefghijk"),
    streams=st.none() | STREAMS,
    actors=st.lists(
        st.builds(NfoActor, ANY, TEXT, TEXT | st.just("https://x.y/z")), max_size=2
    ).map(tuple),
)
