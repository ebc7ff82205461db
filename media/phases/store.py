"""The phase configuration as rows of the library database."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError
from sqlalchemy import delete, select
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.orm import Session

from media.errors import PhaseConfigurationError
from media.library.database import Library
from media.library.models import Setting
from media.phases.models import Phases

_PREFIX = "phase."


@dataclass(frozen=True)
class PhaseConfiguration:
    """What people have set of the phases, over the defaults.

    Keys are `phase.<phase>.<key>`, such as `phase.enrichment.maxPoster`; one that
    is no phase's, and a value that its model refuses, is a `PhaseConfigurationError`
    and changes nothing. Nothing is remembered between two calls, so what one
    process sets every other one sees at its next job.
    """

    library: Library

    def phases(self) -> Phases:
        """Return the configuration of all phases, checked."""
        with self.library.reading() as session:
            return _validated(_stored(session))

    def unknown(self) -> list[str]:
        """Return the keys of rows that nobody reads: written by hand, or by a later version."""
        rows = select(Setting.key).where(Setting.key.startswith(_PREFIX, autoescape=True))
        with self.library.reading() as session:
            return sorted(set(session.scalars(rows)) - _KEYS)

    def get(self, key: str) -> Any:
        """Return the value of one key, its default where nothing was set."""
        _ensure_known(key)
        return self.all()[key]

    def all(self) -> dict[str, Any]:
        """Return every key with its value, as plain values of JSON."""
        return _flat(self.phases())

    def set(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Set some keys, all of them or none; returns the whole configuration."""
        for key in values:
            _ensure_known(key)
        with self.library.writing() as session:
            phases = _validated({**_stored(session, but=values), **values})
            flat = _flat(phases)
            for key in values:
                row = insert(Setting).values(key=key, value=json.dumps(flat[key]))
                session.execute(
                    row.on_conflict_do_update(["key"], set_={"value": row.excluded.value})
                )
        return flat

    def reset(self, key: str | None = None) -> dict[str, Any]:
        """Put one key, or all, back to the default; returns the whole configuration."""
        chosen = delete(Setting).where(Setting.key.startswith(_PREFIX, autoescape=True))
        if key is not None:
            _ensure_known(key)
            chosen = chosen.where(Setting.key == key)
        with self.library.writing() as session:
            session.execute(chosen)
        return self.all()


def _flat(phases: Phases) -> dict[str, Any]:
    dumped = phases.model_dump(mode="json", by_alias=True)
    return {
        f"{_PREFIX}{phase}.{key}": value
        for phase, values in dumped.items()
        for key, value in values.items()
    }


_KEYS = frozenset(_flat(Phases()))


def _ensure_known(key: str) -> None:
    if key not in _KEYS:
        known = ", ".join(sorted(_KEYS))
        raise PhaseConfigurationError(f"{key!r} is no phase's key; there are {known}")


def _stored(session: Session, but: Collection[str] = ()) -> dict[str, Any]:
    """Return the values of all rows but some; people may have written them by hand."""
    rows = select(Setting).where(Setting.key.in_(_KEYS.difference(but))).order_by(Setting.key)
    values: dict[str, Any] = {}
    wrong = []
    for row in session.scalars(rows):
        try:
            values[row.key] = json.loads(row.value)
        except (TypeError, ValueError, RecursionError):
            wrong.append(f"{row.key}: {row.value!r:.60} is no JSON (a text stands in quotes)")
    if wrong:
        raise PhaseConfigurationError("\n".join(wrong))
    return values


def _validated(values: Mapping[str, Any]) -> Phases:
    nested: dict[str, dict[str, Any]] = {}
    for dotted, value in values.items():
        _prefix, phase, key = dotted.split(".")
        nested.setdefault(phase, {})[key] = value
    try:
        return Phases.model_validate(nested)
    except ValidationError as error:
        raise PhaseConfigurationError(_sentences(error)) from error


def _sentences(error: ValidationError) -> str:
    return "\n".join(
        f"{_PREFIX}{'.'.join(str(part) for part in one['loc'])}: "
        f"{one['msg'].removeprefix('Value error, ')}"
        for one in error.errors(include_url=False)
    )
