from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from media.errors import LibraryDatabaseError
from media.library import connection
from media.library.database import Library
from media.library.models import Movie
from media.library.record import record_movie
from media.library.roots import movies_in, recall_root, remember_root
from media.library_root import RootState
from media.movie import (
    FileRole,
    FoundArtwork,
    FoundFile,
    FoundMovie,
    KnownMovie,
    NfoState,
    Probe,
    StoredFile,
    Stream,
    StreamKind,
)

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
VIDEO = Stream(StreamKind.VIDEO, "hevc", width=1920, height=1080, frame_rate=23.976)
ENGLISH = Stream(StreamKind.AUDIO, "aac", "en", channels=2)
FRENCH = Stream(StreamKind.AUDIO, "aac", "fr", channels=6)

Record = Callable[..., dict[str, object]]


def video(name: str, *streams: Stream, size: int = 1, mtime_ns: int = 1) -> FoundFile:
    probe = Probe("mediainfo", "Matroska", 1000, 8, streams)
    return FoundFile(StoredFile(name, size, mtime_ns), FileRole.MAIN, probe, streams)


def found(
    *files: FoundFile,
    says: KnownMovie | None = None,
    guess: KnownMovie | None = None,
    artworks: tuple[FoundArtwork, ...] = (),
    directory: str = "/movies/X",
) -> FoundMovie:
    return FoundMovie(
        directory=directory,
        says=says or KnownMovie(),
        guess=guess or KnownMovie(title="X"),
        nfo_state=NfoState.ABSENT,
        files=files,
        artworks=artworks,
    )


@pytest.fixture
def record(library: Library) -> Record:
    """Record a scan; returns the library's rows as plain values, by file name."""

    def _record(movie: FoundMovie, now: datetime = NOW) -> dict[str, object]:
        with library.writing() as session:
            row = record_movie(session, movie, now)
            return {
                "movie": (row.id, row.title, row.year, row.genres),
                "scanned": row.scanned_at,
                "created": row.created_at,
                "files": {f.relative_path: (f.id, f.missing_since) for f in row.files},
                "streams": {
                    f.relative_path: [(s.id, s.kind, s.language) for s in f.streams]
                    for f in row.files
                },
                "artworks": {a.relative_path: (a.id, a.missing_since) for a in row.artworks},
            }

    return _record


def test_recording_again_changes_nothing_but_the_time(record: Record) -> None:
    movie = found(
        video("a.mkv", VIDEO, ENGLISH),
        artworks=(FoundArtwork(StoredFile("poster.png", 1, 1), "poster", 2, 3),),
    )
    first, second = record(movie), record(movie, LATER)
    assert second == first | {"scanned": LATER}
    assert first["created"] == NOW


def test_a_file_that_is_gone_is_marked_and_comes_back(record: Record) -> None:
    both = found(video("a.mkv", VIDEO), video("b.mkv", VIDEO, size=2))
    one = found(video("a.mkv", VIDEO))
    assert record(both)["files"] == {"a.mkv": (1, None), "b.mkv": (2, None)}
    assert record(one, LATER)["files"] == {"a.mkv": (1, None), "b.mkv": (2, LATER)}
    assert record(one, LATER + timedelta(1))["files"] == {"a.mkv": (1, None), "b.mkv": (2, LATER)}
    assert record(both)["files"] == {"a.mkv": (1, None), "b.mkv": (2, None)}


def test_a_renamed_file_keeps_its_row(record: Record) -> None:
    record(found(video("old.mkv", VIDEO, size=7, mtime_ns=9)))
    renamed = record(found(video("new.mkv", VIDEO, size=7, mtime_ns=9)), LATER)
    assert renamed["files"] == {"new.mkv": (1, None)}


def test_an_upgraded_file_is_another(record: Record) -> None:
    record(found(video("old.mkv", VIDEO, size=7)))
    upgraded = record(found(video("new.mkv", VIDEO, size=8)), LATER)
    assert upgraded["files"] == {"old.mkv": (1, LATER), "new.mkv": (2, None)}


def test_artwork_that_is_gone_is_marked(record: Record) -> None:
    art = FoundArtwork(StoredFile("poster.png", 1, 1), "poster", 2, 3)
    record(found(video("a.mkv", VIDEO), artworks=(art,)))
    assert record(found(video("a.mkv", VIDEO)), LATER)["artworks"] == {"poster.png": (1, LATER)}


def test_streams_follow_the_file(record: Record) -> None:
    record(found(video("a.mkv", VIDEO, ENGLISH, FRENCH)))
    fewer = record(found(video("a.mkv", VIDEO, FRENCH)))
    assert fewer["streams"] == {"a.mkv": [(1, "video", None), (2, "audio", "fr")]}
    more = record(found(video("a.mkv", VIDEO, FRENCH, ENGLISH)))
    assert more["streams"] == {
        "a.mkv": [(1, "video", None), (2, "audio", "fr"), (3, "audio", "en")]
    }


def test_what_could_not_be_probed_keeps_its_streams(record: Record) -> None:
    record(found(video("a.mkv", VIDEO)))
    kept = record(found(FoundFile(StoredFile("a.mkv", 1, 1), FileRole.TRAILER)))
    assert kept["streams"] == {"a.mkv": [(1, "video", None)]}


def test_knowledge_is_kept_and_beats_guesses(record: Record) -> None:
    guess = KnownMovie(title="Guess", year=1999)
    assert record(found(guess=guess))["movie"] == (1, "Guess", 1999, None)
    says = KnownMovie(title="Said", genres=("Drama",))
    assert record(found(says=says, guess=guess))["movie"] == (1, "Said", 1999, ["Drama"])
    assert record(found(guess=guess))["movie"] == (1, "Said", 1999, ["Drama"])


def test_a_failure_in_between_writes_nothing(library: Library, record: Record) -> None:
    record(found(video("a.mkv", VIDEO)))

    def _fail() -> None:
        with library.writing() as session:
            record_movie(session, found(says=KnownMovie(title="Lost")), LATER)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        _fail()
    with library.reading() as session:
        assert session.scalars(select(Movie.title)).all() == ["X"]


def test_a_busy_database_is_named(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    with library.reading():
        pass
    monkeypatch.setattr(connection, "BUSY_SECONDS", 0.05)
    with (
        library.writing(),
        pytest.raises(LibraryDatabaseError, match=r"library\.db: database is locked$"),
        library.writing() as session,
    ):
        session.connection()


def test_roots_are_remembered(library: Library) -> None:
    root, state = Path("/movies"), RootState(7, is_mount_point=True)
    with library.writing() as session:
        assert recall_root(session, root) is None
        remember_root(session, root, RootState(1, is_mount_point=False), NOW)
        remember_root(session, root, state, NOW)
    with library.reading() as session:
        assert recall_root(session, root) == state


def test_the_movies_of_a_root_are_those_below_it(library: Library) -> None:
    with library.writing() as session:
        for directory in ("/movies/X", "/movies/Y", "/movies-4k/X", "/MOVIES/Z", "/mov_es/X"):
            record_movie(session, found(directory=directory), NOW)
        assert movies_in(session, Path("/movies"), but=Path("/movies/X")) == [Path("/movies/Y")]
        assert movies_in(session, Path("/mov_es"), but=Path("/")) == [Path("/mov_es/X")]
        assert len(movies_in(session, Path("/"), but=Path("/movies/X"))) == 4
