import time

import pytest

from media.errors import StillCopyingError
from media.movie import StoredFile
from media.scan.copying import ensure_complete

QUIET = 10.0
NOW = time.time_ns()
OLD = NOW - 3_600_000_000_000


@pytest.fixture(autouse=True)
def _standing_still(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is written now is never written long ago."""
    monkeypatch.setattr(time, "time_ns", lambda: NOW)


def file(name: str = "a.mkv", size: int = 1, mtime_ns: int = OLD) -> StoredFile:
    return StoredFile(name, size, mtime_ns)


def observed(*files: StoredFile, seen: dict[str, list[int]] | None = None) -> dict[str, list[int]]:
    with pytest.raises(StillCopyingError) as raised:
        ensure_complete(files, seen or {}, QUIET)
    return raised.value.observed


def test_a_file_left_alone_for_long_is_complete() -> None:
    assert ensure_complete([file()], {}, QUIET) == []


def test_a_fresh_file_is_complete_once_it_was_seen_unchanged() -> None:
    fresh = file(mtime_ns=NOW)
    seen = observed(fresh)
    assert ensure_complete([fresh], seen, QUIET) == []


def test_a_growing_file_is_never_complete() -> None:
    seen: dict[str, list[int]] = {}
    for size in range(1, 5):
        seen = observed(file(size=size, mtime_ns=NOW), seen=seen)
        assert seen["a.mkv"][0] == size


def test_a_time_in_the_future_proves_nothing() -> None:
    ahead = file(mtime_ns=NOW + 3_600_000_000_000)
    assert ensure_complete([ahead], observed(ahead), QUIET) == []


def test_only_videos_are_waited_for() -> None:
    assert ensure_complete([file(), file("a.srt", mtime_ns=NOW)], {}, QUIET) == []


def test_an_unfinished_download_is_waited_for() -> None:
    seen = observed(file("a.mkv.part"))
    assert observed(file("a.mkv.part"), seen=seen) == seen


def test_an_unfinished_file_that_stands_still_beside_the_movie_is_a_leftover() -> None:
    files = [file(), file("Extras/b.mkv.!qB")]
    assert ensure_complete(files, observed(*files), QUIET) == [
        "left out Extras/b.mkv.!qB: an unfinished file"
    ]
