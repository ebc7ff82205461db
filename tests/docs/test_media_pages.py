"""docs/media-settings.md and docs/media-webhooks.md tell every key, event and outcome there is."""

import json
import re
import tomllib
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Union, get_args, get_origin

import pytest
from pydantic import BaseModel

from media.phases import Phases
from media.settings import Settings, read_settings, reveal
from media.webhooks import MAX_PAYLOAD_BYTES, Outcome
from media.webhooks.body import SHARED_TAGS
from media.webhooks.radarr import _TAGS as RADARR
from media.webhooks.sonarr import _TAGS as SONARR

DOCS = Path(__file__).parents[2] / "docs"
SETTINGS_PAGE = (DOCS / "media-settings.md").read_text()
WEBHOOKS_PAGE = (DOCS / "media-webhooks.md").read_text()
EXAMPLE = re.findall(r"```toml\n(.*?)```", SETTINGS_PAGE, re.S)[0]


@pytest.fixture
def in_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working directory without settings, with the secrets that the example names."""
    monkeypatch.chdir(tmp_path)
    for name in re.findall(r'env = "(\w+)"', EXAMPLE):
        monkeypatch.setenv(name, f"secret of {name}")
    (tmp_path / "tvdb-pin").write_text("1234\n")
    return tmp_path


def test_the_example_of_the_file_is_what_the_settings_take(in_directory: Path) -> None:
    (in_directory / "media.toml").write_text(EXAMPLE, encoding="utf-8")
    settings = read_settings()
    assert settings.rules()
    assert reveal(settings.providers.tvdb.pin) == "1234"
    assert reveal(settings.players["living-room"].password) == "secret of KODI_PASSWORD"
    assert settings.roots() == {Path("/mnt/nas/films"), Path("/mnt/nas/series")}
    assert settings.libraries["series"].anchor == ".mounted"


def models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    """The models that a value of the type is made of, `dict[str, Model]` among them."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    if get_origin(annotation) in (dict, tuple, list, Union, types.UnionType):
        for inner in get_args(annotation):
            yield from models_in(inner)


def missing(model: type[BaseModel], tables: list[dict[str, Any]], where: str) -> Iterator[str]:
    """The keys of `model` that none of its `tables` in the example has."""
    for name, field in model.model_fields.items():
        values = [table[name] for table in tables if name in table]
        if not values:
            yield f"{where}{name}"
        for inner in models_in(field.annotation):
            by_name = get_origin(field.annotation) is dict
            below = [one for value in values for one in (value.values() if by_name else [value])]
            yield from missing(
                inner, [one for one in below if isinstance(one, dict)], f"{where}{name}."
            )


def test_the_example_of_the_file_has_every_key() -> None:
    assert list(missing(Settings, [tomllib.loads(EXAMPLE)], "")) == []


@pytest.mark.usefixtures("in_directory")
def test_every_variable_of_the_table_is_one() -> None:
    rows = dict(re.findall(r"^\| `(MEDIA_\w+)` \| `(.*)` \|$", SETTINGS_PAGE, re.M))
    assert len(rows) == 9
    for name, value in rows.items():
        with pytest.MonkeyPatch.context() as patch:
            before = read_settings()
            patch.setenv(name, value)
            assert read_settings() != before, name


def allowed(schema: dict[str, Any]) -> str:
    """What a JSON schema allows, in words."""
    if "enum" in schema:
        return ", ".join(f"`{one}`" for one in schema["enum"])
    if schema["type"] == "array":
        return "a list, not empty" if schema.get("minItems") else "a list"
    if "pattern" in schema:
        return f"text like `{schema['pattern']}`"
    if schema["type"] == "boolean":
        return "true, false"
    low = schema.get("minimum", schema.get("exclusiveMinimum"))
    start = "above " if "exclusiveMinimum" in schema else ""
    kind = "whole number" if schema["type"] == "integer" else "number"
    return f"{kind}, {start}{low:g} to {schema['maximum']:g}"


def phase_rows() -> list[str]:
    schema = Phases.model_json_schema(by_alias=True)["$defs"]
    rows = []
    for phase, values in Phases().model_dump(mode="json", by_alias=True).items():
        properties = schema[f"{phase[0].upper()}{phase[1:]}Phase"]["properties"]
        rows += [
            f"| `phase.{phase}.{key}` | `{json.dumps(value)}` | {allowed(properties[key])} |"
            for key, value in values.items()
        ]
    return rows


def test_the_phases_table_is_what_the_models_say() -> None:
    assert re.findall(r"^(\| `phase\..* \|) [^|]+ \|$", SETTINGS_PAGE, re.M) == phase_rows()


def test_every_event_is_told() -> None:
    table = WEBHOOKS_PAGE.partition("## What each event does")[2].partition("\n\n")[2]
    events = set(re.findall(r"`([A-Z]\w+)`", table.partition("\n\n")[0]))
    assert events == {*RADARR, *SONARR, *SHARED_TAGS}


def test_every_outcome_is_told() -> None:
    table = WEBHOOKS_PAGE.partition("| outcome | |")[2].partition("\n\n")[0]
    assert re.findall(r"^\| `([\w-]+)` \|", table, re.M) == [str(one) for one in Outcome]


def test_the_numbers_are_those_of_the_program() -> None:
    assert Settings.model_fields["webhook_window_seconds"].default == 5
    assert "(5 by default)" in WEBHOOKS_PAGE
    assert MAX_PAYLOAD_BYTES == 1_000_000
    assert "larger than 1 MB" in WEBHOOKS_PAGE
