"""The libraries: which local directories hold movies or series."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, Field, model_validator

from media.settings.values import LocalPath, Table


class LibraryKind(StrEnum):
    """What a library holds. Series are not read, only told to the players."""

    MOVIES = "movies"
    SERIES = "series"


def _is_a_name(anchor: str) -> str:
    if anchor in (".", ".."):
        raise ValueError(f"{anchor!r} is always there: it says nothing of a disk")
    return anchor


class LibrarySettings(Table):
    """A library; a plain text stands for its path.

    path: its root. anchor: a file or directory in it that must be there, else
    it counts as not mounted. kind: what it holds.
    """

    path: LocalPath
    anchor: Annotated[str, AfterValidator(_is_a_name)] = Field(default="", pattern="^[^/]*$")
    kind: LibraryKind = LibraryKind.MOVIES

    @model_validator(mode="before")
    @classmethod
    def _of_path(cls, value: Any) -> Any:
        return {"path": value} if isinstance(value, str | Path) else value
