"""Whether published files are still there and unchanged."""

import os
import shutil
import tracemalloc
from datetime import UTC, datetime
from pathlib import Path

import pytest
from publishing_stage import JPEG, NFO, Stage
from sqlalchemy import select

from media.errors import MovieUnknownError
from media.library.models import Movie, PublishedFile
from media.settings import Settings
from media.verification import VerificationSummary, verify_published
from media.verification import rows as verification_rows


@pytest.fixture
def published(stage: Stage) -> Stage:
    stage.choose("poster", JPEG + b"ours")
    stage.cast("Halina Reijn")
    stage.publish()
    return stage


def verified(stage: Stage) -> VerificationSummary:
    return verify_published(stage.settings, None)


def test_all_is_well(published: Stage) -> None:
    summary = verified(published)
    assert (summary.checked, summary.lost, summary.changed_by_others) == (3, [], [])
    assert (summary.missing, summary.changed, summary.skipped, summary.warnings) == (0, 0, 0, [])
    assert all(row.verified_at for row in published.rows().values())
    assert summary.as_json()["checked"] == 3


def test_what_is_lost_is_marked_and_published_anew(published: Stage) -> None:
    before = published.files()
    (published.directory / "poster.jpg").unlink()
    shutil.rmtree(published.directory / ".actors")
    summary = verified(published)
    assert (summary.lost, summary.missing) == ([published.movie_id], 2)
    since = published.rows()["poster.jpg"].missing_since
    assert since is not None
    assert verified(published).lost == [published.movie_id], "until it is there again"
    assert published.rows()["poster.jpg"].missing_since == since
    published.publish()
    assert published.files() == before
    assert verified(published).lost == []
    assert published.rows()["poster.jpg"].missing_since is None


def test_what_comes_back_by_itself_is_no_longer_missing(published: Stage) -> None:
    path = published.directory / "poster.jpg"
    content = path.read_bytes()
    path.unlink()
    verified(published)
    path.write_bytes(content)
    assert verified(published).lost == []
    assert published.rows()["poster.jpg"].missing_since is None


def test_what_others_changed_is_marked_and_told(published: Stage) -> None:
    path = published.directory / "poster.jpg"
    published.write("poster.jpg", JPEG + b"mine")
    summary = verified(published)
    assert summary.changed_by_others == [str(path)]
    assert (summary.changed, summary.lost) == (1, [])
    assert published.rows()["poster.jpg"].changed_by_others_at is not None
    path.write_bytes(JPEG + b"ours")
    assert verified(published).changed_by_others == []
    assert published.rows()["poster.jpg"].changed_by_others_at is None


def test_a_file_of_the_same_size_is_told_by_its_content(published: Stage) -> None:
    path = published.directory / "poster.jpg"
    published.write("poster.jpg", JPEG + b"OURS")
    assert verified(published).changed_by_others == [str(path)]


def test_a_file_that_was_only_touched_is_unchanged(published: Stage) -> None:
    os.utime(published.directory / "poster.jpg", (1, 1))
    assert verified(published).changed == 0
    assert published.rows()["poster.jpg"].mtime_ns == 1_000_000_000


def test_a_link_in_its_place_is_a_change(published: Stage) -> None:
    path = published.directory / "poster.jpg"
    path.rename(path.with_name("real.jpg"))
    path.symlink_to("real.jpg")
    assert verified(published).changed_by_others == [str(path)]


def test_a_library_that_is_not_mounted_has_lost_nothing(published: Stage) -> None:
    shutil.rmtree(published.directory)
    summary = verified(published)
    assert (summary.checked, summary.skipped, summary.lost) == (0, 3, [])
    assert "is its disk mounted?" in summary.warnings[0]
    assert len(summary.warnings) == 1
    assert all(row.missing_since is None for row in published.rows().values())


def test_a_movie_whose_directory_is_gone_is_for_the_scan(published: Stage) -> None:
    (published.directory.parent / "another").mkdir()
    shutil.rmtree(published.directory)
    summary = verified(published)
    assert (summary.skipped, summary.lost) == (3, [])
    assert str(published.directory) in summary.warnings[0]


def test_a_library_that_is_no_longer_in_the_settings(published: Stage, root: Path) -> None:
    other = {**published.settings.model_dump(), "libraries": {"other": root / "other"}}
    published.settings = Settings.model_validate(other)
    assert verified(published).skipped == 3


def test_what_may_not_be_read_is_skipped(published: Stage, bound_by_permissions: None) -> None:
    path = published.directory / "poster.jpg"
    os.utime(path, (1, 1))
    path.chmod(0)
    summary = verified(published)
    assert (summary.checked, summary.skipped, summary.changed) == (2, 1, 0)
    assert "permission denied" in summary.warnings[0]
    path.chmod(0o600)


def test_deleted_movies_are_left_out(published: Stage) -> None:
    published.change(deleted_at=datetime.now(UTC))
    (published.directory / "poster.jpg").unlink()
    assert verified(published).checked == 0
    with pytest.raises(MovieUnknownError):
        published.publish()


def test_many_rows_go_by_in_pages(published: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verification_rows, "PAGE", 2)
    for number in range(3):
        directory = published.directory.parent / f"Movie {number}"
        directory.mkdir()
        with published.library.writing() as session:
            first = session.scalars(select(Movie)).first()
            assert first
            movie = Movie(
                directory=str(directory),
                title=str(number),
                nfo_state="absent",
                created_at=first.created_at,
                scanned_at=first.scanned_at,
            )
            session.add(movie)
            session.flush()
            for name in ("poster.jpg", "fanart.jpg", NFO):
                row = PublishedFile(
                    movie_id=movie.id,
                    relative_path=name,
                    kind="nfo",
                    sha256="0" * 64,
                    size=1,
                    mtime_ns=1,
                    published_at=first.created_at,
                )
                session.add(row)
    heard: list[tuple[int, int]] = []
    summary = verify_published(
        published.settings, lambda done, total, _what: heard.append((done, total))
    )
    assert (summary.checked, summary.missing, summary.lost) == (12, 9, [2, 3, 4])
    assert heard[-1] == (12, 12)
    assert [done for done, _total in heard] == sorted(done for done, _total in heard)


def peak_of_looking(stage: Stage, rows: int) -> int:
    with stage.library.writing() as session:
        for number in range(rows):
            session.add(
                PublishedFile(
                    movie_id=stage.movie_id,
                    relative_path=f"{rows} {number}.jpg",
                    kind="poster",
                    sha256="0" * 64,
                    size=1,
                    mtime_ns=1,
                    published_at=datetime.now(UTC),
                    content=bytes(5000),
                )
            )
    tracemalloc.start()
    assert verified(stage).missing >= rows
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak


def test_memory_does_not_grow_with_the_rows(
    published: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verification_rows, "PAGE", 100)
    peak_of_looking(published, 100)  # fills what is remembered for ever
    few = peak_of_looking(published, 200)
    assert peak_of_looking(published, 3000) < 3 * few, "of sixteen times as many rows"
