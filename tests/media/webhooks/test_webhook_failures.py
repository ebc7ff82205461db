"""Webhooks that fail: each is recorded with why, and decided anew by a further try."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from webhook_bodies import DOWNLOAD, EPISODE_DOWNLOAD, FILE_DELETE, MOVIE, RENAME, SERIES, without
from webhook_rows import Rows

from media.errors import (
    InvalidPathError,
    InvalidWebhookError,
    LibraryUnavailableError,
    MediaError,
    OutsideLibraryError,
    PathNotMappedError,
    UnreadableFileError,
)
from media.library.roots import remember_root
from media.library_root import RootState
from media.sample.movie_directory import make_movie_directory
from media.settings import Settings
from media.webhooks import MAX_PAYLOAD_BYTES, Outcome, receive


def at(folder: str) -> dict[str, Any]:
    return DOWNLOAD | {"movie": MOVIE | {"folderPath": folder}}


@pytest.mark.parametrize(
    ("payload", "error", "outcome", "says"),
    [
        (without(DOWNLOAD, "movieFile"), InvalidWebhookError, "invalid", "movieFile: Field"),
        ([1], InvalidWebhookError, "invalid", "no JSON object"),
        (None, InvalidWebhookError, "invalid", "no JSON object"),
        (at("/films/X"), PathNotMappedError, "path-not-mapped", "no mapping for path '/films/X'"),
        (at("/movies-4k/X"), PathNotMappedError, "path-not-mapped", "no mapping"),
        (at("C:\\movies\\X"), PathNotMappedError, "path-not-mapped", "no mapping"),
        (at("/movies/../etc"), InvalidPathError, "invalid-path", "climbs"),
        (at("movies/X"), InvalidPathError, "invalid-path", "not absolute"),
        (at("/movies/X\0"), InvalidPathError, "invalid-path", "NUL"),
        (at("/movies/" + "x" * 300), InvalidPathError, "invalid-path", "too long"),
        (at("/movies"), OutsideLibraryError, "outside-library", "is a library root"),
        (
            EPISODE_DOWNLOAD | {"series": SERIES | {"path": "/anime/X"}},
            PathNotMappedError,
            "path-not-mapped",
            "no mapping for path '/anime/X'",
        ),
    ],
)
def test_a_failure_is_raised_and_recorded(
    payload: Any,
    error: type[MediaError],
    outcome: str,
    says: str,
    settings: Settings,
    rows: Rows,
) -> None:
    for _ in range(2):
        with pytest.raises(error, match=says) as raised:
            receive(payload, settings, "job")
        event = rows.event("job")
        assert (event.outcome, event.error) == (outcome, str(raised.value))
        assert (event.payload, event.directory) == (payload, None)
    assert (rows.outcomes(), rows.changes()) == ([outcome], [])


def test_a_mapping_that_leads_into_no_library_is_a_failure(settings: Settings) -> None:
    elsewhere = settings.model_copy(update={"path_mappings": {"/movies": Path("/elsewhere")}})
    with pytest.raises(OutsideLibraryError, match="no library root has it"):
        receive(DOWNLOAD, elsewhere, "job")


def test_a_link_out_of_the_library_is_not_followed(
    settings: Settings, rows: Rows, root: Path
) -> None:
    (root / "movies" / "Sintel (2010)").symlink_to(root / "tv")
    with pytest.raises(OutsideLibraryError, match="a symbolic link"):
        receive(DOWNLOAD, settings, "job")
    assert rows.outcomes() == ["outside-library"]


def test_a_failure_is_decided_anew_once_it_is_mended(settings: Settings, rows: Rows) -> None:
    unmapped = settings.model_copy(update={"path_mappings": {}})
    with pytest.raises(PathNotMappedError):
        receive(DOWNLOAD, unmapped, "job")
    before = rows.event("job").received_at
    received = receive(DOWNLOAD, settings, "job")
    assert (received.outcome, received.next) == (Outcome.SCAN_QUEUED, "scan")
    event = rows.event("job")
    assert (event.outcome, event.error, event.received_at) == ("scan-queued", None, before)


def test_a_failure_does_not_make_the_next_one_a_duplicate(settings: Settings) -> None:
    unmapped = settings.model_copy(update={"path_mappings": {}})
    with pytest.raises(PathNotMappedError):
        receive(DOWNLOAD, unmapped, "one")
    assert receive(DOWNLOAD, settings, "two").outcome is Outcome.SCAN_QUEUED
    assert receive(DOWNLOAD, settings, "one").outcome is Outcome.DUPLICATE


def test_a_library_that_is_not_mounted_has_lost_no_movie(
    settings: Settings, rows: Rows, root: Path
) -> None:
    movie = rows.add_movie(str(root / "movies" / "Sintel (2010)"))
    (root / "movies" / "Another (2001)").rmdir()
    for _ in range(2):
        with pytest.raises(LibraryUnavailableError, match="is its disk mounted"):
            receive(FILE_DELETE, settings, "job")
        assert rows.outcomes() == ["disk-unavailable"]
    assert (rows.deleted(movie), rows.changes()) == ((None, None), [])
    (root / "movies" / "Another (2001)").mkdir()
    assert receive(FILE_DELETE, settings, "job").outcome is Outcome.DELETED
    assert rows.deleted(movie)[0]


def test_a_library_without_its_anchor_has_lost_no_movie(settings: Settings, root: Path) -> None:
    anchored = Settings(
        libraries={"movies": {"path": root / "movies", "anchor": ".mounted"}},
        path_mappings={"/movies": root / "movies"},
        library_database=root / "library.db",
    )
    with pytest.raises(LibraryUnavailableError, match="lacks its anchor file"):
        receive(FILE_DELETE, anchored, "job")
    (root / "movies" / ".mounted").touch()
    assert receive(FILE_DELETE, anchored, "job").outcome is Outcome.DELETED


def test_a_library_on_another_disk_than_before_has_lost_no_movie(
    settings: Settings, rows: Rows, root: Path
) -> None:
    with rows.library.writing() as session:
        before = RootState(device=7, is_mount_point=True)
        remember_root(session, root / "movies", before, datetime.now(UTC))
    with pytest.raises(LibraryUnavailableError, match="was a mount point and is none now"):
        receive(FILE_DELETE, settings, "job")


@pytest.mark.usefixtures("bound_by_permissions")
def test_a_directory_that_may_not_be_read_is_not_gone(settings: Settings, rows: Rows) -> None:
    directory = make_movie_directory(settings.libraries["movies"].path)
    directory.chmod(0)
    try:
        with pytest.raises(UnreadableFileError):
            receive(FILE_DELETE, settings, "job")
    finally:
        directory.chmod(0o755)
    assert rows.outcomes() == ["disk-unreadable"]


def test_a_payload_that_is_too_large_is_refused_and_not_kept(
    settings: Settings, rows: Rows
) -> None:
    padding = MAX_PAYLOAD_BYTES - len(json.dumps(RENAME | {"pad": ""}))
    assert receive(RENAME | {"pad": "x" * padding}, settings, "fits").next == "scan"
    with pytest.raises(InvalidWebhookError, match="larger than 1000000 bytes: 1000001"):
        receive(RENAME | {"pad": "x" * (padding + 1)}, settings, "too large")
    event = rows.event("too large")
    assert (event.source, event.event_type, event.outcome) == ("radarr", "Rename", "invalid")
    assert len(json.dumps(event.payload)) < 200


def test_what_is_no_json_is_refused(settings: Settings, rows: Rows) -> None:
    deep: list[Any] = []
    for _ in range(100_000):
        deep = [deep]
    circle: dict[str, Any] = {"eventType": "Test"}
    circle["circle"] = circle
    for number, payload in enumerate(({"eventType": b"x"}, {(1, 2): 3}, {"deep": deep}, circle)):
        with pytest.raises(InvalidWebhookError, match="cannot be kept as JSON"):
            receive(payload, settings, str(number))
    assert rows.outcomes() == ["invalid"] * 4
