"""Any JSON ends in an answer or in an error that is meant."""

import copy
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from webhook_bodies import (
    DOWNLOAD,
    EPISODE_DOWNLOAD,
    EPISODE_FILE_DELETE,
    EPISODE_RENAME,
    FILE_DELETE,
    IMPORT_COMPLETE,
    MOVIE_DELETE,
    RENAME,
    SERIES_DELETE,
)
from webhook_rows import Rows

from media.errors import (
    InvalidPathError,
    InvalidWebhookError,
    OutsideLibraryError,
    PathNotMappedError,
)
from media.settings import Settings
from media.webhooks import Received, receive

BODIES = [
    DOWNLOAD,
    EPISODE_DOWNLOAD,
    EPISODE_FILE_DELETE,
    EPISODE_RENAME,
    FILE_DELETE,
    IMPORT_COMPLETE,
    MOVIE_DELETE,
    RENAME,
    SERIES_DELETE,
]
MEANT = (InvalidWebhookError, InvalidPathError, PathNotMappedError, OutsideLibraryError)

text = st.text(st.characters(), max_size=12)  # surrogates among them
paths = st.builds("".join, st.tuples(st.sampled_from(["/movies/", "/tv/", "C:\\", "//", ""]), text))
scalars = (
    st.none() | st.booleans() | st.integers() | st.floats() | text | paths | st.just("x" * 5000)
)
names = st.sampled_from(
    [
        *("eventType", "instanceName", "wikiUrl", "movie", "series", "movieFile"),
        *("episodeFiles", "deletedFiles", "folderPath", "path", "id", "title", "tmdbId"),
    ]
)
anything = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names | text, inner, max_size=4),
    max_leaves=12,
)


@pytest.fixture(scope="module")
def place() -> Iterator[Settings]:
    with tempfile.TemporaryDirectory() as directory:
        root = Path(directory)
        for library in ("movies", "tv"):
            (root / library / "Another (2001)").mkdir(parents=True)
        yield Settings(
            libraries={"movies": root / "movies", "tv": root / "tv"},
            path_mappings={"/movies": root / "movies", "/tv": root / "tv"},
            library_database=root / "library.db",
        )


jobs = iter(range(10**9))


def take(payload: object, place: Settings) -> None:
    """Receive it twice; each time it is answered, or refused as is meant, and recorded once."""
    job = f"job-{next(jobs)}"
    for _ in range(2):
        try:
            received = receive(payload, place, job)
        except MEANT as error:
            recorded = Rows(place).event(job)
            assert recorded.error == str(error)  # noqa: PT017
            assert recorded.outcome in (
                "invalid",
                "invalid-path",
                "path-not-mapped",
                "outside-library",
            )
        else:
            assert isinstance(received, Received)
            received.as_json()
            assert Rows(place).event(job).outcome == received.outcome


often = settings(
    max_examples=200,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@often
@given(payload=anything)
def test_any_json_is_answered_or_refused_by_name(payload: object, place: Settings) -> None:
    take(payload, place)


def holders(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every container below `value` with each of its keys."""
    for key in list(value) if isinstance(value, dict) else range(len(value)):
        yield value, key
        if isinstance(value[key], dict | list):
            yield from holders(value[key])


@often
@given(body=st.sampled_from(BODIES), data=st.data(), value=anything, remove=st.booleans())
def test_a_body_that_is_wrong_somewhere_is_answered_or_refused_by_name(
    body: dict[str, Any], data: st.DataObject, value: object, remove: bool, place: Settings
) -> None:
    changed = copy.deepcopy(body)
    container, key = data.draw(st.sampled_from(list(holders(changed))))
    assume(not (remove and isinstance(container, list)))
    if remove:
        del container[key]
    else:
        container[key] = value
    take(changed, place)


@often
@given(body=st.sampled_from(BODIES), folder=paths, kind=st.sampled_from(["folderPath", "path"]))
def test_any_folder_is_answered_or_refused_by_name(
    body: dict[str, Any], folder: str, kind: str, place: Settings
) -> None:
    changed = copy.deepcopy(body)
    for subject in ("movie", "series"):
        if subject in changed:
            changed[subject][kind] = folder
    take(changed, place)
