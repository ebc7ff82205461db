from typing import Any

import pytest
from webhook_bodies import (
    EPISODE_DOWNLOAD,
    EPISODE_FILE,
    EPISODE_FILE_DELETE,
    EPISODE_RENAME,
    IMPORT_COMPLETE,
    SERIES,
    SERIES_DELETE,
    SONARR,
    without,
)

from media.errors import InvalidWebhookError
from media.webhooks.body import (
    ApplicationUpdate,
    ConnectionTest,
    Event,
    Health,
    ManualInteractionRequired,
    UnknownEvent,
)
from media.webhooks.reading import read_event
from media.webhooks.sonarr import (
    EpisodeDownload,
    EpisodeFileDelete,
    EpisodeRename,
    ImportComplete,
    SeriesDelete,
    SeriesNotice,
)


def test_the_two_bodies_of_download_are_told_apart() -> None:
    one, all_of_it = read_event(EPISODE_DOWNLOAD), read_event(IMPORT_COMPLETE)
    assert isinstance(one, EpisodeDownload)
    assert one.episode_file.id == 61
    assert isinstance(all_of_it, ImportComplete)
    assert [file.id for file in all_of_it.episode_files] == [61]


def test_deleted_files_is_a_list_in_a_download_and_a_yes_or_no_in_a_series_delete() -> None:
    event = read_event(EPISODE_DOWNLOAD | {"isUpgrade": True, "deletedFiles": [EPISODE_FILE]})
    assert isinstance(event, EpisodeDownload)
    assert [file.id for file in event.deleted_files] == [61]
    for deleted in (True, False):
        gone = read_event(SERIES_DELETE | {"deletedFiles": deleted})
        assert isinstance(gone, SeriesDelete)
        assert gone.deleted_files is deleted


@pytest.mark.parametrize(
    ("payload", "model"),
    [
        (EPISODE_RENAME, EpisodeRename),
        (EPISODE_FILE_DELETE, EpisodeFileDelete),
        ({"eventType": "Grab", "series": SERIES, **SONARR}, SeriesNotice),
        ({"eventType": "SeriesAdd", "series": SERIES, **SONARR}, SeriesNotice),
        ({"eventType": "Test", "series": SERIES, "episodes": [{}], **SONARR}, ConnectionTest),
        ({"eventType": "Health", "level": "warning", "instanceName": "Sonarr"}, Health),
        ({"eventType": "HealthRestored", "instanceName": "Sonarr"}, Health),
        ({"eventType": "ApplicationUpdate", "instanceName": "Sonarr"}, ApplicationUpdate),
        (
            {"eventType": "ManualInteractionRequired", "series": SERIES, **SONARR},
            ManualInteractionRequired,
        ),
        ({"eventType": "SeriesReborn", "series": 7, **SONARR}, UnknownEvent),
    ],
    ids=lambda value: value["eventType"] if isinstance(value, dict) else "",
)
def test_every_event_has_its_model(payload: dict[str, Any], model: type[Event]) -> None:
    assert isinstance(read_event(payload), model)


def test_a_rename_need_not_tell_of_which_files() -> None:
    event = read_event(without(EPISODE_RENAME, "renamedEpisodeFiles"))
    assert isinstance(event, EpisodeRename)
    assert event.renamed_episode_files == ()


@pytest.mark.parametrize(
    ("payload", "field"),
    [
        (without(EPISODE_DOWNLOAD, "series"), "series"),
        (without(EPISODE_DOWNLOAD, "series", "path"), "series.path"),
        (without(EPISODE_DOWNLOAD, "episodeFile"), "episodeFile"),
        (IMPORT_COMPLETE | {"episodeFiles": {}}, "episodeFiles"),
        (EPISODE_DOWNLOAD | {"deletedFiles": False}, "deletedFiles"),
        (SERIES_DELETE | {"deletedFiles": []}, "deletedFiles"),
        (EPISODE_RENAME | {"renamedEpisodeFiles": {}}, "renamedEpisodeFiles"),
        ({"series": SERIES}, "eventType"),
    ],
)
def test_a_bad_payload_names_the_field(payload: object, field: str) -> None:
    with pytest.raises(InvalidWebhookError, match=f"^bad Sonarr webhook: {field}: "):
        read_event(payload)
