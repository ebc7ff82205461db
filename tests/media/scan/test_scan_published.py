"""Whose word counts: ours, a provider's, a person's or another program's."""

import os
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from media.library.database import Library
from media.library.models import Candidate, Credit, LibraryChange, Movie, PublishedFile
from media.movie import KnownMovie
from media.movie_scan import MovieScan, ScanSummary
from media.phases import ScanPhase
from media.sample.movie_directory import VIDEO_NAME, VIDEO_STEM
from media.sample.movies import SINTEL
from media.scan.content_hash import whole_hash
from media.settings import Settings

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
NFO = f"{VIDEO_STEM}.nfo"

Scan = Callable[..., ScanSummary]
Edit = Callable[..., None]


@pytest.fixture
def edit(library: Library) -> Edit:
    """Change columns of the one movie."""

    def _edit(**values: object) -> None:
        with library.writing() as session:
            movie = session.scalars(select(Movie)).one()
            for name, value in values.items():
                setattr(movie, name, value)

    return _edit


@pytest.fixture
def publish(library: Library, movie_directory: Path) -> Callable[[str, str], Path]:
    """Write a file as publishing does, and its row."""

    def _publish(name: str, content: str) -> Path:
        path = movie_directory / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(content, encoding="utf-8")
        # Whatever others write there later is written at another time, even in the same tick.
        os.utime(path, (2, 2))
        status = path.stat()
        with library.writing() as session:
            session.add(
                PublishedFile(
                    movie_id=session.scalars(select(Movie.id)).one(),
                    relative_path=name,
                    kind="nfo" if name.endswith(".nfo") else "poster",
                    sha256=whole_hash(path),
                    size=status.st_size,
                    mtime_ns=status.st_mtime_ns,
                    published_at=NOW,
                )
            )
        return path

    return _publish


Publish = Callable[[str, str], Path]


def movie_of(library: Library) -> Movie:
    with library.reading() as session:
        movie = session.scalars(select(Movie)).one()
        session.expunge(movie)
        return movie


def row_of(library: Library) -> PublishedFile:
    with library.reading() as session:
        row = session.scalars(select(PublishedFile)).one()
        session.expunge(row)
        return row


def nfo(title: str, tmdb_id: int | None = None) -> str:
    unique = f'<uniqueid type="tmdb">{tmdb_id}</uniqueid>' if tmdb_id else ""
    return f"<movie><title>{title}</title><plot>{title}.</plot>{unique}</movie>"


def test_what_we_published_stays_ours(scan: Scan, library: Library, publish: Publish) -> None:
    scan()
    publish("poster.jpg", "ours")
    summary = scan()
    assert (summary.changed_by_others, summary.lost) == ([], [])
    row = row_of(library)
    assert (row.changed_by_others_at, row.missing_since) == (None, None)
    assert row.verified_at is not None


def test_what_we_published_is_the_movies_like_any_other_file(
    scan: Scan, publish: Publish, movie_directory: Path
) -> None:
    before = scan()
    publish("banner.jpg", "ours")
    publish("movie.nfo", nfo("Ours"))
    publish("movie-trailer.mkv", "ours")
    os.utime(movie_directory / "movie-trailer.mkv", (1, 1))
    after = scan()
    assert (after.files, after.artworks) == (before.files + 2, before.artworks + 1)


def test_an_nfo_that_can_be_read_at_last_is_news(
    scan: Scan, movie_directory: Path, bound_by_permissions: None
) -> None:
    (movie_directory / NFO).chmod(0)
    assert scan(KnownMovie(title="Radarr's")).nfo == "unreadable"
    (movie_directory / NFO).chmod(0o644)
    assert scan().title == "Sintel"


def test_a_file_that_was_only_touched_is_still_ours(
    scan: Scan, library: Library, publish: Publish
) -> None:
    scan()
    path = publish("poster.jpg", "ours")
    os.utime(path, ns=(7, 7))
    assert scan().changed_by_others == []
    assert row_of(library).mtime_ns == 7


@pytest.mark.parametrize("content", ["hers", "theirs and longer"])
def test_what_others_changed_is_noticed_until_it_is_ours_again(
    scan: Scan, library: Library, publish: Publish, content: str
) -> None:
    scan()
    path = publish("poster.jpg", "ours")
    path.write_text(content)
    assert scan().changed_by_others == ["poster.jpg"]
    noticed = row_of(library).changed_by_others_at
    assert noticed is not None
    assert scan().changed_by_others == ["poster.jpg"]
    assert row_of(library).changed_by_others_at == noticed
    path.write_text("ours")
    assert scan().changed_by_others == []
    assert row_of(library).changed_by_others_at is None


@pytest.mark.parametrize("name", ["poster.jpg", ".actors/Ada_Actor.jpg"])
def test_what_others_took_away_is_noticed(
    scan: Scan, library: Library, publish: Publish, name: str
) -> None:
    scan()
    path = publish(name, "ours")
    path.unlink()
    assert scan().lost == [name]
    assert row_of(library).missing_since is not None
    path.write_text("ours")
    assert scan().lost == []
    assert row_of(library).missing_since is None


def test_a_link_in_the_place_of_our_file_is_not_ours(
    scan: Scan, publish: Publish, movie_directory: Path
) -> None:
    scan()
    path = publish("poster.jpg", "ours")
    path.rename(movie_directory / "other.jpg")
    path.symlink_to("other.jpg")
    assert scan().changed_by_others == ["poster.jpg"]


def test_what_was_published_anew_meanwhile_is_left_alone(
    scan: Scan, library: Library, publish: Publish, monkeypatch: pytest.MonkeyPatch
) -> None:
    scan()
    path = publish("poster.jpg", "ours")
    path.write_text("ours, newer")

    def _publish_and_record(*arguments: object) -> None:
        with library.writing() as session:
            row = session.scalars(select(PublishedFile)).one()
            row.sha256, row.size = whole_hash(path), path.stat().st_size
        unpatched(*arguments)  # type: ignore[arg-type]

    unpatched = MovieScan._ensure_unchanged
    monkeypatch.setattr(MovieScan, "_ensure_unchanged", _publish_and_record)
    scan()
    assert row_of(library).changed_by_others_at is None


def test_our_own_nfo_tells_nothing_new(
    scan: Scan, library: Library, publish: Publish, edit: Edit
) -> None:
    scan()
    edit(title="From TMDB", metadata_source="tmdb")
    publish(NFO, nfo("Older", tmdb_id=1))
    summary = scan()
    assert (summary.title, summary.nfo, summary.is_another) == ("From TMDB", "read", False)
    assert movie_of(library).tmdb_id == SINTEL.tmdb_id


def test_what_others_changed_in_our_nfo_is_read(
    scan: Scan, library: Library, publish: Publish, edit: Edit
) -> None:
    scan()
    edit(title="From TMDB", metadata_source="tmdb", popularity=3.5)
    publish(NFO, nfo("From TMDB", SINTEL.tmdb_id)).write_text(nfo("From a person", SINTEL.tmdb_id))
    assert scan().title == "From a person"
    movie = movie_of(library)
    assert (movie.metadata_source, movie.popularity) == ("tmdb", 3.5)
    edit(title="From TMDB")
    assert scan().title == "From TMDB", "it is no news at the next scan"


def test_what_a_provider_told_beats_manager_and_old_nfo(
    scan: Scan, library: Library, edit: Edit
) -> None:
    scan()
    edit(title="From TMDB", plot=None, metadata_source="tmdb")
    summary = scan(KnownMovie(title="From Radarr", plot="Radarr's."))
    assert summary.title == "From TMDB"
    assert movie_of(library).plot == "Radarr's."


def test_without_a_provider_the_manager_may_correct_itself(scan: Scan, library: Library) -> None:
    scan()
    assert scan(KnownMovie(title="Renamed")).title == "Renamed"


@pytest.mark.parametrize("by", ["nfo", "manager"])
def test_other_ids_make_it_another_movie(
    scan: Scan, library: Library, edit: Edit, movie_directory: Path, by: str
) -> None:
    scan()
    edit(metadata_source="tmdb", enriched_at=NOW, collection="Old", popularity=1.0, outline="Old")
    with library.writing() as session:
        session.add(Credit(movie_id=1, kind="cast", name="Old", position=0))
        session.add(Candidate(movie_id=1, provider="tmdb", kind="poster", url="x", fetched_at=NOW))
    if by == "nfo":
        (movie_directory / NFO).write_text(nfo("Other", 99))
        summary = scan()
    else:
        summary = scan(KnownMovie(title="Other", plot="Other.", tmdb_id=99))
    assert (summary.title, summary.is_another) == ("Other", True)
    movie = movie_of(library)
    assert (movie.tmdb_id, movie.imdb_id, movie.plot) == (99, None, "Other.")
    assert (movie.metadata_source, movie.enriched_at, movie.outline) == (None, None, None)
    assert (movie.collection, movie.popularity) == (None, None)
    with library.reading() as session:
        assert session.scalars(select(Credit)).all() == []
        assert session.scalars(select(Candidate.gone_since)).one() is not None
    assert not scan().is_another
    assert movie_of(library).imdb_id is None


def test_an_nfo_that_contradicts_the_manager_does_not_come_back(
    scan: Scan, library: Library
) -> None:
    assert scan(KnownMovie(tmdb_id=99)).movie_id == 1
    assert movie_of(library).tmdb_id == 99
    assert not scan().is_another
    assert movie_of(library).tmdb_id == 99


def test_a_corrected_imdb_id_is_the_same_movie(scan: Scan, library: Library, edit: Edit) -> None:
    scan()
    edit(metadata_source="tmdb", outline="Kept")
    summary = scan(KnownMovie(tmdb_id=SINTEL.tmdb_id, imdb_id="tt42"))
    assert not summary.is_another
    movie = movie_of(library)
    assert (movie.imdb_id, movie.outline) == ("tt42", "Kept")


def test_locked_fields_stay(
    scan: Scan, library: Library, edit: Edit, movie_directory: Path
) -> None:
    scan()
    edit(title="Mine", tmdb_id=5, outline="Kept", locked_fields=["title", "tmdb_id", "genres"])
    (movie_directory / NFO).write_text(nfo("Theirs", 99))
    summary = scan(KnownMovie(title="Radarr's", tmdb_id=98))
    assert (summary.title, summary.is_another) == ("Mine", False)
    movie = movie_of(library)
    assert (movie.tmdb_id, movie.genres, movie.plot) == (5, ["Animation", "Fantasy"], "Theirs.")
    assert movie.outline == "Kept", "with its id locked it stays the same movie"


def test_a_deleted_movie_that_is_found_again_is_there_again(
    scan: Scan, library: Library, edit: Edit
) -> None:
    first = scan()
    edit(deleted_at=NOW, delete_reason="gone")
    summary = scan()
    assert (summary.movie_id, summary.revived) == (first.movie_id, True)
    movie = movie_of(library)
    assert (movie.deleted_at, movie.delete_reason) == (None, None)
    with library.reading() as session:
        change = session.scalars(select(LibraryChange)).one()
        assert (change.directory, change.change, change.movie_id) == (
            first.directory,
            "updated",
            first.movie_id,
        )
    assert not scan().revived


def test_players_are_told_of_another_video_and_of_nothing_else(
    scan: Scan, library: Library, movie_directory: Path
) -> None:
    scan()
    (movie_directory / "poster.png").unlink()
    scan()
    with library.reading() as session:
        assert session.scalars(select(LibraryChange)).all() == []
    (movie_directory / VIDEO_NAME).rename(movie_directory / "Sintel (2010).mkv")
    scan()
    with library.reading() as session:
        assert session.scalars(select(LibraryChange.change)).all() == ["updated"]


# What did not change is not read again.


@pytest.fixture
def hasty(movie_directory: Path, settings: Settings) -> Scan:
    """A scan that has no time to probe anything."""
    return MovieScan(movie_directory, settings, ScanPhase(ffprobe_timeout_seconds=0.001)).run


def test_an_unchanged_video_is_not_probed_again(scan: Scan, hasty: Scan) -> None:
    assert scan() == hasty()


def test_streams_and_hash_are_kept_and_a_change_renews_them(
    scan: Scan, library: Library, movie_directory: Path
) -> None:
    def _look() -> dict[str, tuple[str | None, int]]:
        with library.reading() as session:
            movie = session.scalars(select(Movie)).one()
            return {f.relative_path: (f.content_hash, len(f.streams)) for f in movie.files}

    scan()
    before = _look()
    assert all(content_hash for content_hash, _streams in before.values())
    scan()
    assert _look() == before
    (movie_directory / VIDEO_NAME).write_bytes(
        (movie_directory / f"{VIDEO_STEM}-trailer.mkv").read_bytes()
    )
    then = time.time() - 60
    os.utime(movie_directory / VIDEO_NAME, (then, then))
    scan()
    after = _look()
    assert after[VIDEO_NAME] == (before[f"{VIDEO_STEM}-trailer.mkv"][0], 2)
    assert after[NFO] == before[NFO]


def test_a_changed_picture_loses_its_perceptual_hash(
    scan: Scan, library: Library, movie_directory: Path
) -> None:
    def _hashes(value: str | None = None) -> list[str | None]:
        with library.writing() as session:
            artworks = session.scalars(select(Movie)).one().artworks
            for artwork in artworks if value else ():
                artwork.perceptual_hash = value
            return sorted((art.perceptual_hash for art in artworks), key=str)

    scan()
    _hashes("f" * 16)
    scan()
    assert _hashes() == ["f" * 16] * 2
    os.utime(movie_directory / "poster.png", ns=(1, 1))
    scan()
    assert _hashes() == [None, "f" * 16]


def test_the_ids_of_the_sample_are_what_the_tests_think() -> None:
    assert (SINTEL.tmdb_id, SINTEL.imdb_id) == (45745, "tt1727587")
