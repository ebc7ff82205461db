"""What the webhook job answers, without a worker: nothing is sent for these."""

from typing import Any

import pytest

from media.errors import InvalidPathError, InvalidWebhookError, SettingsError
from media.sample.radarr_download import download_payload
from tasks.webhook import webhook

pytestmark = pytest.mark.usefixtures("root")

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
        ({"eventType": "MovieDelete", "movie": MOVIE, "deletedFiles": True}, "acknowledged"),
        (
            {
                "eventType": "MovieFileDelete",
                "movie": MOVIE,
                "movieFile": FILE,
                "deleteReason": "manual",
            },
            "acknowledged",
        ),
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
        ({"eventType": "MovieReborn", "anything": [1]}, "ignored"),
    ],
    ids=lambda value: value if isinstance(value, str) else value["eventType"],
)
def test_events_that_need_no_scan_have_an_outcome(payload: object, outcome: str) -> None:
    assert answer(payload) == {"event": payload["eventType"], "outcome": outcome}  # type: ignore[index]


def test_a_bad_payload_is_a_failure() -> None:
    with pytest.raises(InvalidWebhookError, match="eventType: Field required"):
        answer({})


def test_a_path_that_climbs_is_a_failure() -> None:
    with pytest.raises(InvalidPathError, match="climbs"):
        answer(download_payload("/movies/../etc"))


def test_a_setting_that_cannot_be_used_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MEDIA_PATH_MAPPINGS", "{")
    with pytest.raises(SettingsError, match=r"^MEDIA_PATH_MAPPINGS: not JSON"):
        answer(download_payload("/movies/X"))
