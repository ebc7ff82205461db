"""What we published into a directory is ours wherever that was moved."""

import hashlib
import importlib
from pathlib import Path

import pytest
from moving_house import LONG_AGO, House, touch_all
from sqlalchemy import select

from media.cache import Cache
from media.library.models import CacheFile, LibraryChange, PublishedFile, Selection
from media.phases import PublishPhase
from media.publishing import PublishSummary
from media.publishing import publish as publishing
from media.sample.movie_directory import VIDEO_NAME
from media.verification import verify_published

JPEG = b"\xff\xd8\xff"
# Its name in the package is the function's.
MODULE = importlib.import_module("media.publishing.publish")


@pytest.fixture
def new(root: Path) -> Path:
    return root / "more" / "Sintel (2010)"


def choose(house: House, content: bytes) -> None:
    """Let this be the poster."""
    key = hashlib.sha256(content).hexdigest()
    path = Cache(house.settings.cache_directory).path_of(key, "image", ".jpg")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    common = {"asset_type": "image", "extension": ".jpg", "size": len(content)}
    with house.library.writing() as session:
        session.merge(CacheFile(key=key, created_at=LONG_AGO, **common))
        for row in session.scalars(select(Selection)):
            session.delete(row)
        session.flush()
        session.add(
            Selection(movie_id=1, kind="poster", rank=0, cache_key=key, selected_at=LONG_AGO)
        )


def publish(house: House) -> PublishSummary:
    return publishing(1, house.settings, PublishPhase())


def standings(house: House) -> dict[str, tuple[bool, bool]]:
    """Return of each published file whether others changed it, and whether it is missing."""
    with house.library.reading() as session:
        return {
            row.relative_path: (
                row.changed_by_others_at is not None,
                row.missing_since is not None,
            )
            for row in session.scalars(select(PublishedFile))
        }


@pytest.mark.parametrize("is_touched", [False, True])
@pytest.mark.parametrize("walks_first", [False, True])
def test_our_poster_is_still_ours(
    house: House, new: Path, is_touched: bool, walks_first: bool
) -> None:
    choose(house, JPEG + b"one")
    publish(house)
    house.move(new)
    if is_touched:
        touch_all(new)
    if walks_first:
        house.walk()
    summary = house.scan(new)
    assert (summary.changed_by_others, summary.lost) == ([], [])
    published = publish(house)
    assert (published.directory, published.written, published.kept) == (str(new), [], [])
    choose(house, JPEG + b"two")
    assert publish(house).written == ["poster.jpg"]
    assert (new / "poster.jpg").read_bytes() == JPEG + b"two"
    assert verify_published(house.settings).checked == len(standings(house)) == 2
    assert set(standings(house).values()) == {(False, False)}
    assert house.walk("more") == ([], house.walk("more")[1])


def test_a_picture_that_was_changed_on_the_way_is_not_ours(house: House, new: Path) -> None:
    choose(house, JPEG + b"one")
    publish(house)
    house.move(new)
    (new / "poster.jpg").write_bytes(JPEG + b"hers")
    assert house.scan(new).changed_by_others == ["poster.jpg"]
    publish(house)
    assert (new / "poster.jpg").read_bytes() == JPEG + b"hers"


def test_the_nfo_goes_with_a_video_that_was_renamed_on_the_way(house: House, new: Path) -> None:
    publish(house)
    house.move(new)
    (new / VIDEO_NAME).rename(new / "Renamed.mkv")
    assert house.scan(new).moved_from
    publish(house)
    assert [path.name for path in new.glob("*.nfo")] == ["Renamed.nfo"]


def test_what_stayed_behind_is_published_anew(house: House, new: Path) -> None:
    choose(house, JPEG + b"one")
    publish(house)
    new.mkdir()
    (house.old / VIDEO_NAME).rename(new / VIDEO_NAME)
    assert "poster.jpg" in house.scan(new).lost
    assert "poster.jpg" in publish(house).written
    assert (new / "poster.jpg").read_bytes() == JPEG + b"one"


def test_files_of_a_publish_that_was_killed_before_the_move_are_ours(
    house: House, new: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def _killed(*_: object) -> None:
        raise KeyboardInterrupt

    choose(house, JPEG + b"one")
    with monkeypatch.context() as patch:
        patch.setattr(MODULE, "record", _killed)
        with pytest.raises(KeyboardInterrupt):
            publish(house)
    house.move(new)
    house.scan(new)
    summary = publish(house)
    assert ("poster.jpg" in summary.written, summary.kept) == (True, [])
    choose(house, JPEG + b"two")
    assert publish(house).written == ["poster.jpg"]


def test_a_publish_that_ends_after_the_move_is_put_right_by_the_next(
    house: House, new: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    needs_recording = MODULE.needs_recording

    def _moved_meanwhile(*arguments: object) -> bool:
        house.move(new)
        house.scan(new)
        return bool(needs_recording(*arguments))

    choose(house, JPEG + b"one")
    with monkeypatch.context() as patch:
        patch.setattr(MODULE, "needs_recording", _moved_meanwhile)
        publish(house)
    published = publish(house)
    assert (published.directory, published.written, published.kept) == (str(new), [], [])
    with house.library.reading() as session:
        told = set(session.scalars(select(LibraryChange.directory)))
    assert told == {str(house.old), str(new)}
