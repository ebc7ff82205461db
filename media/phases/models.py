"""What each phase does, as people may set it. Whether it runs is not a setting.

The names on the outside are camelCase: `phase.scan.maxFileSizeGB`.
"""

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

Count = Annotated[int, Field(ge=0, le=100, strict=True)]
Switch = Annotated[bool, Field(strict=True)]


def _without_dots(extensions: tuple[str, ...]) -> tuple[str, ...]:
    cleaned = tuple(dict.fromkeys(one.lower().lstrip(".") for one in extensions))
    if not all(one.isalnum() for one in cleaned):
        raise ValueError("a file extension is letters and digits, such as mkv")
    return cleaned


Extensions = Annotated[tuple[str, ...], Field(min_length=1), AfterValidator(_without_dots)]


def _alias(name: str) -> str:
    return to_camel(name).replace("Gb", "GB")


class Phase(BaseModel):
    """Base of the phases' models."""

    model_config = ConfigDict(
        alias_generator=_alias, populate_by_name=True, extra="forbid", frozen=True
    )


class ScanPhase(Phase):
    """How directories are read.

    ignore_patterns: globs of what is left out, `**` for any directories. max_file_size_gb:
    videos that are larger are left out. quiet_seconds: how long a video must have been
    left alone to count as complete.
    """

    ignore_patterns: tuple[str, ...] = (
        "**/@eaDir/**",
        "**/.DS_Store",
        "**/Thumbs.db",
        "**/.thumbnails/**",
    )
    max_file_size_gb: float = Field(default=100, gt=0, le=10_000)
    ffprobe_timeout_seconds: float = Field(default=30, gt=0, le=3600)
    quiet_seconds: float = Field(default=10, ge=0, le=3600)
    video_extensions: Extensions = (
        *("mkv", "mp4", "avi", "m4v", "mov", "wmv", "flv", "webm"),
        *("mpg", "mpeg", "ts", "m2ts", "ogm", "ogv", "divx", "3gp"),
    )
    image_extensions: Extensions = ("jpg", "jpeg", "png", "webp", "gif")


class EnrichmentPhase(Phase):
    """What is fetched from the providers, and what is taken of it.

    language, region: of metadata and preferred artwork, as in `pt-BR`. min_resolution: the least
    height in pixels of a poster, key art or fanart.
    """

    fetch_provider_assets: Switch = True
    auto_select_assets: Switch = True
    max_poster: Count = 3
    max_fanart: Count = 5
    max_logo: Count = 2
    max_trailer: Count = 1
    language: str = Field(default="en", pattern="^[a-z]{2}$")
    region: str = Field(default="US", pattern="^[A-Z]{2}$")
    min_resolution: int = Field(default=720, ge=0, le=10_000, strict=True)


class PublishPhase(Phase):
    """What is written into a movie's directory besides its NFO.

    nfo_name: `file` for `<video>.nfo`, `movie` for `movie.nfo`. replace_user_artwork:
    also where the user put a picture of their own.
    """

    assets: Switch = True
    actors: Switch = True
    trailers: Switch = False
    nfo_name: Literal["file", "movie"] = "file"
    replace_user_artwork: Switch = False


class PlayerSyncPhase(Phase):
    """How players are told.

    delay_seconds: how long changes are collected first. clean_first: let the player
    forget what is gone before it reads what is new.
    """

    notify: Switch = True
    delay_seconds: float = Field(default=0, ge=0, le=86_400)
    clean_first: Switch = False


class Phases(Phase):
    """The configuration of all phases."""

    scan: ScanPhase = ScanPhase()
    enrichment: EnrichmentPhase = EnrichmentPhase()
    publish: PublishPhase = PublishPhase()
    player_sync: PlayerSyncPhase = PlayerSyncPhase()
