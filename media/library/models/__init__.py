"""The tables of the library database, one file for each subject. Times are UTC."""

from media.library.models.asset import CacheFile, Candidate, Selection
from media.library.models.base import Base
from media.library.models.credit import Credit
from media.library.models.directory import Batch, Directory, LibraryRoot
from media.library.models.file import Artwork, MediaFile, StreamRow
from media.library.models.movie import Movie
from media.library.models.outside import OutsideService, ProviderState
from media.library.models.player import LibraryChange, PlayerNotice
from media.library.models.published import PublishedFile
from media.library.models.setting import Setting
from media.library.models.webhook import WebhookEvent

__all__ = [
    "Artwork",
    "Base",
    "Batch",
    "CacheFile",
    "Candidate",
    "Credit",
    "Directory",
    "LibraryChange",
    "LibraryRoot",
    "MediaFile",
    "Movie",
    "OutsideService",
    "PlayerNotice",
    "ProviderState",
    "PublishedFile",
    "Selection",
    "Setting",
    "StreamRow",
    "WebhookEvent",
]
