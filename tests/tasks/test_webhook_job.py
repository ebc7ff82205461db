"""What the webhook job answers, without a worker: nothing is sent for these."""

from pathlib import Path
from typing import Any

import pytest
from celery.exceptions import Retry

from media.errors import (
    InvalidPathError,
    InvalidWebhookError,
    LibraryUnavailableError,
    SettingsError,
)
from media.sample.radarr_download import download_payload
from tasks.webhook import webhook

pytestmark = pytest.mark.usefixtures("root", "memory_broker")

MOVIE = {"id": 17, "title": "Sintel", "folderPath": "/movies/Sintel (2010)"}
FILE = {"id": 31, "relativePath": "a.mkv", "path": "/movies/Sintel (2010)/a.mkv"}


def answer(payload: Any) -> Any:
    return webhook.apply([payload], throw=True).get()


@pytest.mark.parametrize(
    ("payload", "outcome"),
    [
        ({"eventType": "Test", "movie": MOVIE}, "test-received"),
        ({"eventType": "Grab", "movie": MOVIE}, "acknowledged"),
        ({"eventType": "MovieAdded", "movie": MOVIE, "addMethod": "manual"}, "acknowledged"),
        ({"eventType": "MovieDelete", "movie": MOVIE, "deletedFiles": False}, "acknowledged"),
        (
            {
                "eventType": "MovieFileDelete",
                "movie": MOVIE,
                "movieFile": FILE,
                "deleteReason": "upgrade",
            },
            "download-follows",
        ),
        ({"eventType": "Health", "level": "warning", "message": "text"}, "acknowledged"),
        ({"eventType": "HealthRestored", "level": "ok"}, "acknowledged"),
        ({"eventType": "ApplicationUpdate", "newVersion": "7"}, "acknowledged"),
        ({"eventType": "ManualInteractionRequired"}, "acknowledged"),
        ({"eventType": "MovieReborn", "anything": [1]}, "unknown"),
    ],
    ids=lambda value: value if isinstance(value, str) else value["eventType"],
)
def test_events_that_need_no_scan_have_an_outcome(payload: object, outcome: str) -> None:
    told = answer(payload)
    assert (told["event"], told["outcome"]) == (payload["eventType"], outcome)  # type: ignore[index]
    assert told["job"] is None


def test_a_disk_that_is_not_there_is_waited_for(root: Path) -> None:
    payload = {"eventType": "MovieFileDelete", "movie": MOVIE, "movieFile": FILE}
    with pytest.raises(Retry) as raised:
        answer(payload)
    assert isinstance(raised.value.exc, LibraryUnavailableError)


def test_a_bad_payload_is_a_failure() -> None:
    with pytest.raises(InvalidWebhookError, match="eventType: Field required"):
        answer({})


def test_a_path_that_climbs_is_a_failure() -> None:
    with pytest.raises(InvalidPathError, match="climbs"):
        answer(download_payload("/movies/../etc"))


def test_a_setting_that_cannot_be_used_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MEDIA_PATH_MAPPINGS", "{")
    with pytest.raises(SettingsError, match=r"MEDIA_PATH_MAPPINGS\): not JSON"):
        answer(download_payload("/movies/X"))
