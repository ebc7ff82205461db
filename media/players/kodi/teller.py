"""What Kodi is told, and in which order."""

from collections.abc import Iterable, Mapping, Sequence

from media.errors import (
    LibraryUnavailableError,
    MediaError,
    PathNotMappedError,
    PlayerBusyError,
    PlayerNotUpdatedError,
)
from media.library_root import inspect_root
from media.outside import OutsideClient
from media.phases import PlayerSyncPhase
from media.player_path import PlayerPath
from media.players.event import Addressed
from media.players.kodi.content import Content, Movies, Series
from media.players.kodi.item import Item
from media.players.kodi.json_rpc import Call, InvalidParamsError, KodiRpc
from media.players.kodi.shelf import items_in, textures_of
from media.players.kodi.sources import Sources
from media.players.patience import Patience
from media.players.teller import Teller
from media.settings import LibraryKind

BUSY_SECONDS = 60
_SCANNING = "Library.IsScanningVideo"
_CONTENTS: Mapping[LibraryKind, Content] = {
    LibraryKind.MOVIES: Movies(),
    LibraryKind.SERIES: Series(),
}
Known = Mapping[Addressed, Sequence[Item]]


class KodiTeller(Teller):
    """Tells one Kodi: forget what is gone, refresh what it knows, scan for the rest, verify."""

    def __init__(
        self, name: str, client: OutsideClient, phase: PlayerSyncPhase, patience: Patience
    ) -> None:
        super().__init__(name)
        self._rpc = KodiRpc(name, client)
        self._phase = phase
        self._patience = patience

    def tell(self, events: Sequence[Addressed]) -> None:
        """Tell all; raises `PlayerBusyError` while a video is playing."""
        self._ensure_idle()
        for kind, content in _CONTENTS.items():
            if chosen := [event for event in events if event.event.library.kind is kind]:
                self._tell(content, chosen)

    def _tell(self, content: Content, events: Sequence[Addressed]) -> None:
        sources = self._sources_of(events)
        reached = [event for event in events if event.event.is_gone or event in sources]
        if self._phase.clean_first:
            self._clean(content, sources.values())
        known = items_in(self._rpc, content, reached)
        self._forget(content, known)
        self._refresh(content, known)
        self._scan(content, known, sources)
        self._verify(content, reached)

    def _ensure_idle(self) -> None:
        active = self._rpc.call("Player.GetActivePlayers")
        if any(player.get("type") == "video" for player in active):
            raise PlayerBusyError(
                f"player {self.name!r} is playing a video: it is told later",
                retry_after=BUSY_SECONDS,
            )

    def _sources_of(self, events: Sequence[Addressed]) -> dict[Addressed, PlayerPath]:
        """Return each event's source.

        What is there cannot be told without one; what is gone can.
        """
        asked = [event for event in events if self._phase.clean_first or not event.event.is_gone]
        if not asked:
            return {}
        known, sources = Sources(self.name, self._rpc), {}
        for event in asked:
            try:
                sources[event] = known.holding(event.path)
            except (LibraryUnavailableError, PathNotMappedError) as problem:
                if not event.event.is_gone:
                    self.problems.append(problem)
        return sources

    def _clean(self, content: Content, sources: Iterable[PlayerPath]) -> None:
        """Clean the sources, of which `Sources` made sure that Kodi sees them."""
        calls: list[Call] = []
        for source in dict.fromkeys(sources):
            where = {"content": content.name, "directory": source.as_directory}
            calls.append(("VideoLibrary.Clean", {"showdialogs": False, **where}))
        self._do("cleaned", calls)
        if calls:
            self._wait_for_scans()

    def _forget(self, content: Content, known: Known) -> None:
        """Remove what lies there no more, of a directory that is gone or of one that is not."""
        stale = [
            (event.event.library, item.id)
            for event, items in known.items()
            for item in items
            if not item.is_there
        ]
        # A disk that went since we looked would make all look gone.
        for library in {library.path: library for library, _id in stale}.values():
            inspect_root(library.path, library.anchor)
        ids = dict.fromkeys(id_ for _library, id_ in stale)
        self._do("removed", [(content.remove_method, {content.id_key: id_}) for id_ in ids])

    def _refresh(self, content: Content, known: Known) -> None:
        changed = [event for event in known if content.must_refresh(event.event)]
        ids = {item.id for event in changed for item in known[event] if item.is_there}
        if ids:
            self._remove_textures(changed)
        calls = [(content.refresh_method, {content.id_key: id_, "ignorenfo": False}) for id_ in ids]
        self._do("refreshed", calls)

    def _remove_textures(self, events: Sequence[Addressed]) -> None:
        """Take away what Kodi has made of pictures that changed, else it shows those for a day."""
        textures = textures_of(self._rpc, events)
        calls = [("Textures.RemoveTexture", {"textureid": texture}) for texture in textures]
        for result in self._rpc.batch(calls):
            # One that went by itself is as good as removed.
            if isinstance(result, MediaError) and not isinstance(result, InvalidParamsError):
                raise result
        self._count("textures removed", calls)

    def _scan(
        self, content: Content, known: Known, sources: Mapping[Addressed, PlayerPath]
    ) -> None:
        """Scan the sources of what is unknown.

        Of a new directory Kodi may still have an old listing of its parent, and then
        skips it; the whole source is read anew, and soon, for what did not change is skipped.
        """
        chosen = dict.fromkeys(
            sources[event]
            for event, items in known.items()
            if not event.event.is_gone and content.must_scan(event.event, items)
        )
        calls: list[Call] = [
            ("VideoLibrary.Scan", {"directory": source.as_directory, "showdialogs": False})
            for source in chosen
        ]
        self._do("scanned", calls)
        if calls:
            self._wait_for_scans()

    def _wait_for_scans(self) -> None:
        if not self._patience.until(self._patience.scan_seconds, self._is_at_rest):
            raise PlayerNotUpdatedError(
                f"player {self.name!r} is still scanning", retry_after=BUSY_SECONDS
            )

    def _is_at_rest(self) -> bool:
        return not self._rpc.table("XBMC.GetInfoBooleans", booleans=[_SCANNING]).get(_SCANNING)

    def _verify(self, content: Content, events: Sequence[Addressed]) -> None:
        """Look whether Kodi knows now what it should; a refresh may still be at work."""
        left = list(events)
        if not left:
            return

        def all_right() -> bool:
            known = items_in(self._rpc, content, left)
            right = {event for event in left if _is_right(content, event, known[event])}
            self.told += right
            left[:] = [event for event in left if event not in right]
            return not left

        self._patience.until(self._patience.verify_seconds, all_right)
        for event in left:
            self.problems.append(
                PlayerNotUpdatedError(
                    f"player {self.name!r} was told of {event.path} and does not know it as it is"
                )
            )

    def _do(self, what: str, calls: Sequence[Call]) -> None:
        for result in self._rpc.batch(calls):
            if isinstance(result, InvalidParamsError):
                raise PlayerNotUpdatedError(f"{result}: its library changed meanwhile")
            if isinstance(result, MediaError):
                raise result
        self._count(what, calls)

    def _count(self, what: str, calls: Sequence[Call]) -> None:
        if calls:
            self.actions[what] += len(calls)


def _is_right(content: Content, event: Addressed, items: Sequence[Item]) -> bool:
    if not all(item.is_there for item in items):
        return False
    return bool(items) or event.event.is_gone or not content.must_be_known(event.event)
