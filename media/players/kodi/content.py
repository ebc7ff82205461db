"""The two kinds of what Kodi's library holds, and what each needs after a change."""

from abc import ABC, abstractmethod
from collections.abc import Iterable
from pathlib import Path
from typing import ClassVar

from media.players.event import Event
from media.players.kodi.item import Item


class Content(ABC):
    """Kodi's words for a kind of content, and its rules.

    Removing an item names it, so unlike a clean it cannot take a source that is
    not mounted at Kodi's for a deleted one; and Kodi finds it when it comes back.
    """

    name: ClassVar[str]
    list_method: ClassVar[str]
    id_key: ClassVar[str]
    refresh_method: ClassVar[str]
    remove_method: ClassVar[str]

    @abstractmethod
    def must_refresh(self, event: Event) -> bool:
        """Whether Kodi has to read again what it knows of the directory."""

    @abstractmethod
    def must_scan(self, event: Event, items: Iterable[Item]) -> bool:
        """Whether something may be there that Kodi does not know."""

    @abstractmethod
    def must_be_known(self, event: Event) -> bool:
        """Whether Kodi has to know something of the directory in the end."""


class Movies(Content):
    """Movies: Kodi knows them by their videos."""

    name = "movies"
    list_method = "VideoLibrary.GetMovies"
    id_key = "movieid"
    refresh_method = "VideoLibrary.RefreshMovie"
    remove_method = "VideoLibrary.RemoveMovie"

    def must_refresh(self, event: Event) -> bool:
        """Whether anything is there: a scan does not read again what Kodi knows."""
        return not event.is_gone

    def must_scan(self, event: Event, items: Iterable[Item]) -> bool:
        """Whether any of the movie's videos is unknown."""
        known = {_place(event, file) for item in items for file in item.files}
        return any(_place(event, event.directory / video) not in known for video in event.videos)

    def must_be_known(self, event: Event) -> bool:
        """Whether there is a video. One is enough: Kodi 21 files editions under one of them."""
        return bool(event.videos)


class Series(Content):
    """Series: Kodi knows them by their directory."""

    name = "tvshows"
    list_method = "VideoLibrary.GetTVShows"
    id_key = "tvshowid"
    refresh_method = "VideoLibrary.RefreshTVShow"
    remove_method = "VideoLibrary.RemoveTVShow"

    def must_refresh(self, event: Event) -> bool:
        """Whether the series' own files changed; new episodes are a scan's work."""
        return not event.is_gone and bool(event.files)

    def must_scan(self, event: Event, items: Iterable[Item]) -> bool:  # noqa: ARG002
        """Whether it is there: nobody here knows of which episodes Kodi knows."""
        return not event.is_gone

    def must_be_known(self, event: Event) -> bool:
        """Whether it has an NFO. Without one it is up to Kodi's scraper."""
        return event.has_show_nfo


def _place(event: Event, file: Path) -> Path:
    """Return the file, or the directory in the movie's own that it lies in.

    Of a disc's many files Kodi names another one than we do.
    """
    return event.directory / file.relative_to(event.directory).parts[0]
