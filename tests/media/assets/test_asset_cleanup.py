import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from asset_library import NOW, Offering
from kept_files import Kept, refer
from sqlalchemy import func, select

from media.cleanup import cleanup_cache_orphans, expire_soft_deleted, remove_temporaries
from media.errors import InvalidCleanupError
from media.library.database import Library
from media.library.models import (
    Artwork,
    Base,
    CacheFile,
    Candidate,
    Credit,
    MediaFile,
    Movie,
    PublishedFile,
    Selection,
)
from media.settings import Settings

AGES_AGO = timedelta(days=31)


TABLES = ["candidates", "selections", "credits", "published_files"]


def test_every_table_that_refers_to_the_cache_is_tested() -> None:
    referring = {
        table.name
        for table in Base.metadata.tables.values()
        for key in table.foreign_keys
        if key.target_fullname == "cache_files.key"
    }
    assert referring == set(TABLES)


@pytest.mark.parametrize("table", TABLES)
def test_what_any_row_refers_to_is_never_removed(
    settings: Settings, library: Library, kept: Kept, movie_id: int, table: str
) -> None:
    key = kept.add(b"wanted")
    refer(library, movie_id, table, key)
    for marked in (None, NOW - AGES_AGO):
        with library.writing() as session:
            session.get_one(CacheFile, key).deleted_at = marked
        assert expire_soft_deleted(0, settings).files == 0
        summary = cleanup_cache_orphans(None, settings, grace_seconds=0)
        assert (summary.removed, summary.given_up) == (0, 0)
        assert summary.wanted_again == (marked is not None)
        assert kept.is_there(key)
        assert kept.deleted_at(key) is None


def test_what_nothing_refers_to_is_given_up_and_goes_later(
    settings: Settings, library: Library, kept: Kept
) -> None:
    key = kept.add(b"unwanted")
    summary = cleanup_cache_orphans(None, settings, grace_seconds=0)
    assert (summary.removed, summary.given_up) == (0, 1)
    since = kept.deleted_at(key)
    assert since is not None
    assert cleanup_cache_orphans(None, settings, grace_seconds=0).given_up == 0
    assert kept.deleted_at(key) == since
    assert expire_soft_deleted(30, settings).files == 0
    assert kept.is_there(key)
    with library.writing() as session:
        session.get_one(CacheFile, key).deleted_at = datetime.now(UTC) - AGES_AGO
    summary = expire_soft_deleted(30, settings)
    assert (summary.files, summary.freed_bytes) == (1, len(b"unwanted"))
    assert not kept.is_there(key)
    with library.reading() as session:
        assert session.get(CacheFile, key) is None
    assert expire_soft_deleted(30, settings).files == 0


def test_a_file_without_a_row_is_removed_when_it_is_old(settings: Settings, kept: Kept) -> None:
    old, fresh = kept.stranger(b"old"), kept.stranger(b"fresh", age=60)
    future = kept.stranger(b"future", age=-7200)
    summary = cleanup_cache_orphans(None, settings)
    assert (summary.removed, summary.freed_bytes) == (1, 3)
    assert [path.exists() for path in (old, fresh, future)] == [False, True, True]


def test_a_file_of_another_name_than_its_row_has_none(settings: Settings, kept: Kept) -> None:
    key = kept.add(b"content")
    other = kept.cache.path_of(key, "image", ".png")
    other.write_bytes(b"content")
    assert cleanup_cache_orphans(None, settings, grace_seconds=0).removed == 1
    assert kept.is_there(key)
    assert not other.exists()


def test_what_is_not_the_caches_is_left_alone(settings: Settings, kept: Kept) -> None:
    kept.add(b"one")
    others = [
        kept.cache.directory / "image" / "ab" / "holiday.jpg",
        kept.cache.directory / "image" / "ab" / ("a" * 63 + ".jpg"),
        kept.cache.directory / "image" / "holiday" / ("b" * 64 + ".jpg"),
        kept.cache.directory / "letters" / "cc" / ("c" * 64 + ".txt"),
    ]
    for path in others:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"mine")
    assert cleanup_cache_orphans(None, settings, grace_seconds=0).removed == 0
    assert all(path.exists() for path in others)


@pytest.mark.parametrize(
    ("asset_type", "left"),
    [("image", [False, True]), ("video", [True, False]), (None, [False] * 2)],
)
def test_only_one_type_can_be_cleaned(
    settings: Settings, kept: Kept, asset_type: str | None, left: list[bool]
) -> None:
    paths = [kept.stranger(b"picture", "image"), kept.stranger(b"trailer", "video")]
    keys = [kept.add(b"1", "image"), kept.add(b"2", "video")]
    cleanup_cache_orphans(asset_type, settings)
    assert [path.exists() for path in paths] == left
    assert [kept.deleted_at(key) is None for key in keys] == left


def test_what_makes_no_sense_is_refused(settings: Settings) -> None:
    with pytest.raises(InvalidCleanupError, match=r"'audio'.*image, video"):
        cleanup_cache_orphans("audio", settings)
    with pytest.raises(InvalidCleanupError, match="-1 days"):
        expire_soft_deleted(-1, settings)


def test_a_cache_that_is_not_there_yet_is_clean(settings: Settings) -> None:
    assert cleanup_cache_orphans(None, settings).as_json() == {
        "removed": 0,
        "freed_bytes": 0,
        "given_up": 0,
        "wanted_again": 0,
    }
    assert remove_temporaries(settings).removed == 0


def delete_movie(library: Library, movie_id: int, ago: timedelta) -> None:
    with library.writing() as session:
        session.get_one(Movie, movie_id).deleted_at = datetime.now(UTC) - ago


def test_a_movie_that_was_deleted_long_ago_goes_with_all_it_had(
    settings: Settings, library: Library, kept: Kept, movie_id: int, offering: Offering
) -> None:
    keys = [kept.add(table.encode()) for table in TABLES]
    for table, key in zip(TABLES, keys, strict=True):
        refer(library, movie_id, table, key)
    offering.own_picture(settings.cache_directory, "poster.jpg", "poster", b"x")
    delete_movie(library, movie_id, timedelta(days=29))
    assert expire_soft_deleted(30, settings).movies == 0
    delete_movie(library, movie_id, AGES_AGO)
    summary = expire_soft_deleted(30, settings)
    assert (summary.movies, summary.files) == (1, 4)
    assert not any(kept.is_there(key) for key in keys)
    with library.reading() as session:
        tables = (Movie, MediaFile, Artwork, Credit, Candidate, Selection, PublishedFile, CacheFile)
        left = [session.scalar(select(func.count()).select_from(table)) for table in tables]
    assert left == [0] * len(tables)


def test_what_another_movie_has_too_stays(
    settings: Settings, library: Library, kept: Kept, movie_id: int
) -> None:
    key = kept.add(b"an actor of both")
    with library.writing() as session:
        other = Movie(
            directory="/other", title="O", nfo_state="absent", created_at=NOW, scanned_at=NOW
        )
        session.add(other)
        session.flush()
        other_id = other.id
    refer(library, movie_id, "credits", key)
    refer(library, other_id, "credits", key)
    delete_movie(library, movie_id, AGES_AGO)
    assert expire_soft_deleted(30, settings).movies == 1
    assert kept.is_there(key)
    assert kept.deleted_at(key) is None


def test_a_candidate_that_is_gone_goes_unless_it_is_chosen(
    settings: Settings, library: Library, kept: Kept, offering: Offering
) -> None:
    long_ago = datetime.now(UTC) - AGES_AGO
    key = kept.add(b"of a candidate")
    there = offering.offer("http://x/there")
    recent = offering.offer("http://x/recent", gone_since=datetime.now(UTC))
    offering.offer("http://x/gone", gone_since=long_ago, cache_key=key)
    chosen = offering.offer("http://x/chosen", gone_since=long_ago)
    offering.choose("poster", 0, chosen)
    summary = expire_soft_deleted(30, settings)
    assert (summary.candidates, summary.files) == (1, 1)
    with library.reading() as session:
        assert set(session.scalars(select(Candidate.id))) == {there, recent, chosen}


def test_leftover_temporary_files_go_after_a_day(
    settings: Settings, library: Library, movie_directory: Path, movie_id: int, root: Path
) -> None:
    (movie_directory / ".actors").mkdir()
    (root / "outside").mkdir()
    cache = settings.cache_directory / "image"
    cache.mkdir(parents=True)
    ours = [
        movie_directory / ".poster.jpg.0123456789abcdef.tmp",
        movie_directory / ".actors" / ".A_B.jpg.fedcba9876543210.tmp",
        cache / ".incoming.00112233445566aa.tmp",
    ]
    others = [
        movie_directory / ".movie.mkv.Xy12Zz",
        movie_directory / "download.tmp",
        movie_directory / ".poster.jpg.short.tmp",
        root / "outside" / ".poster.jpg.0123456789abcdef.tmp",
        root / "movies" / ".poster.jpg.0123456789abcdef.tmp",
    ]
    link = movie_directory / ".link.jpg.0123456789abcdef.tmp"
    link.symlink_to(others[0])
    for path in (*ours, *others):
        path.write_bytes(b"half")
    with library.writing() as session:
        for directory in ("/nowhere/x", str(root / "movies" / "gone"), str(root / "outside")):
            session.add(
                Movie(
                    directory=directory,
                    title="O",
                    nfo_state="absent",
                    created_at=NOW,
                    scanned_at=NOW,
                )
            )
    assert remove_temporaries(settings).removed == 0
    for path in (*ours, *others):
        os.utime(path, (1, 1))
    summary = remove_temporaries(settings)
    assert (summary.removed, summary.freed_bytes, summary.failed) == (3, 12, [])
    assert not any(path.exists() for path in ours)
    assert all(path.exists() for path in others)
    assert link.is_symlink()


@pytest.mark.usefixtures("bound_by_permissions")
def test_a_temporary_file_that_may_not_be_removed_is_told(
    settings: Settings, movie_directory: Path, movie_id: int
) -> None:
    path = movie_directory / ".poster.jpg.0123456789abcdef.tmp"
    path.write_bytes(b"half")
    os.utime(path, (1, 1))
    movie_directory.chmod(0o500)
    assert remove_temporaries(settings).failed == [f"{path}: Permission denied"]
    movie_directory.chmod(0o700)
