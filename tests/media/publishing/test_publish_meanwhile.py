"""Managers and players write into the directory while a movie is being published."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from publishing_stage import JPEG, NFO, Stage

from media.errors import StillCopyingError

OURS, OTHER, MINE = JPEG + b"ours", JPEG + b"other", JPEG + b"mine"

# By the name of the file that is being written: what somebody writes at that moment.
_arrivals: dict[str, tuple[Path, bytes]] = {}


def _arrive(event: str, arguments: tuple[object, ...]) -> None:
    if event != "open" or not _arrivals:
        return
    opened = Path(str(arguments[0])).name
    for name in list(_arrivals):
        if opened.startswith(f".{name}.") and opened.endswith(".tmp"):
            path, content = _arrivals.pop(name)
            path.write_bytes(content)
            # What is as large as ours was written at another time for certain.
            os.utime(path, (2, 2))


@pytest.fixture(scope="module")
def listening() -> None:
    # Python has no way to take it away again.
    sys.addaudithook(_arrive)


@pytest.fixture(autouse=True)
def arrivals(listening: None) -> Iterator[dict[str, tuple[Path, bytes]]]:
    yield _arrivals
    _arrivals.clear()


def test_a_picture_that_comes_while_another_one_is_written_stays(
    stage: Stage, arrivals: dict[str, tuple[Path, bytes]]
) -> None:
    stage.choose("fanart", OTHER)
    stage.choose("poster", OURS)
    arrivals["fanart.jpg"] = stage.directory / "poster.jpg", MINE
    summary = stage.publish()
    assert summary.kept == ["poster.jpg"]
    assert stage.files()["poster.jpg"] == MINE


def test_a_picture_that_comes_while_ours_is_written_stays(
    stage: Stage, arrivals: dict[str, tuple[Path, bytes]]
) -> None:
    stage.choose("poster", OURS)
    arrivals["poster.jpg"] = stage.directory / "poster.jpg", MINE
    with pytest.raises(StillCopyingError, match=r"poster\.jpg"):
        stage.publish()
    assert stage.files() == {"poster.jpg": MINE}
    assert stage.publish().kept == ["poster.jpg"]
    assert stage.files()["poster.jpg"] == MINE


def test_a_picture_that_is_changed_while_a_new_one_is_written_stays(
    stage: Stage, arrivals: dict[str, tuple[Path, bytes]]
) -> None:
    stage.choose("poster", OURS)
    stage.publish()
    stage.choose("poster", OTHER)
    arrivals["poster.jpg"] = stage.directory / "poster.jpg", MINE
    with pytest.raises(StillCopyingError):
        stage.publish()
    assert stage.publish().changed_by_others == ["poster.jpg"]
    assert stage.files()["poster.jpg"] == MINE


def test_what_is_put_into_an_nfo_while_it_is_written_is_merged(
    stage: Stage, arrivals: dict[str, tuple[Path, bytes]]
) -> None:
    stage.publish()
    played = stage.files()[NFO].replace(b"</movie>", b"<playcount>3</playcount></movie>")
    stage.change(plot="Another one.")
    arrivals[NFO] = stage.directory / NFO, played
    with pytest.raises(StillCopyingError):
        stage.publish()
    assert stage.files()[NFO] == played
    stage.publish()
    assert b"<playcount>3</playcount>" in stage.files()[NFO]
    assert b"Another one." in stage.files()[NFO]
