"""A movie as a scan finds it on the disk: plain values, no database."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from pydantic import BaseModel, ConfigDict


class FileRole(StrEnum):
    """What a file is to its movie."""

    MAIN = "main"
    PART = "part"
    VERSION = "version"
    EXTRA = "extra"
    SAMPLE = "sample"
    TRAILER = "trailer"
    SUBTITLE = "subtitle"
    NFO = "nfo"


FEATURES = (FileRole.MAIN, FileRole.PART, FileRole.VERSION)


class StreamKind(StrEnum):
    """What a stream carries."""

    VIDEO = "video"
    AUDIO = "audio"
    SUBTITLE = "subtitle"


class NfoState(StrEnum):
    """What came of reading the movie's NFO."""

    READ = "read"
    URL_ONLY = "url-only"
    BROKEN = "broken"
    UNREADABLE = "unreadable"
    ABSENT = "absent"


@dataclass(frozen=True)
class StoredFile:
    """A file on the disk: path relative to the movie's directory, bytes, nanoseconds."""

    relative_path: str
    size: int
    mtime_ns: int


@dataclass(frozen=True)
class Stream:
    """One stream of a file, or a subtitle file's one.

    `language` is a BCP 47 tag such as `en` or `pt-BR`; bit rates are in bits
    per second.
    """

    kind: StreamKind
    codec: str | None = None
    language: str | None = None
    title: str | None = None
    is_default: bool = False
    is_forced: bool = False
    is_hearing_impaired: bool = False
    bit_rate: int | None = None
    width: int | None = None
    height: int | None = None
    frame_rate: float | None = None
    bit_depth: int | None = None
    hdr_format: str | None = None
    channels: int | None = None
    sample_rate: int | None = None


@dataclass(frozen=True)
class Probe:
    """What a prober read of a video; the duration is in milliseconds."""

    prober: str
    container: str | None
    duration_ms: int | None
    bit_rate: int | None
    streams: Sequence[Stream]

    @property
    def has_video(self) -> bool:
        """Whether there is any moving picture in it."""
        return any(stream.kind is StreamKind.VIDEO for stream in self.streams)


@dataclass(frozen=True)
class FoundFile:
    """A file of the movie, what it is, and what was read of it.

    `edition` and `part_number` are of a movie's own videos alone.
    """

    stored: StoredFile
    role: FileRole
    probe: Probe | None = None
    streams: Sequence[Stream] = ()
    content_hash: str | None = None
    edition: str | None = None
    part_number: int | None = None


@dataclass(frozen=True)
class FoundArtwork:
    """An image of the movie. `kind` is Kodi's name of its type; size in pixels."""

    stored: StoredFile
    kind: str
    width: int | None = None
    height: int | None = None


class KnownMovie(BaseModel):
    """What somebody says about a movie: the manager, an NFO, the directory's name."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: str | None = None
    original_title: str | None = None
    sort_title: str | None = None
    year: int | None = None
    premiered: str | None = None
    plot: str | None = None
    tagline: str | None = None
    runtime_minutes: int | None = None
    certification: str | None = None
    collection: str | None = None
    genres: tuple[str, ...] | None = None
    tmdb_id: int | None = None
    imdb_id: str | None = None


@dataclass(frozen=True)
class FoundMovie:
    """All that a scan found.

    `says` is what is known for sure (manager and NFO agreed upon), `guess` what
    the names suggest, good only where nothing else is known. `nfo_is_news` is
    false where the NFO is our own or as it was at the last scan: then `says` is
    the manager's alone, and what the NFO says, `old_nfo`, is good for gaps.
    """

    directory: str
    says: KnownMovie
    guess: KnownMovie
    nfo_state: NfoState
    files: Sequence[FoundFile]
    artworks: Sequence[FoundArtwork]
    warnings: Sequence[str] = field(default=())
    nfo_is_news: bool = True
    old_nfo: KnownMovie = field(default_factory=KnownMovie)
