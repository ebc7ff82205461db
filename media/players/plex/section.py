"""Plex's sections: which hold a directory, and what of it they know."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from media.errors import InvalidAnswerError
from media.outside import OutsideClient
from media.player_path import PlayerPath, readable_paths
from media.players.event import Addressed, Directories
from media.settings import LibraryKind

SECTION_TYPES = {LibraryKind.MOVIES: "movie", LibraryKind.SERIES: "show"}

_MOVIE = 1  # Plex's number of the type
_PAGE = 500


@dataclass(frozen=True)
class Section:
    """A section (library) of Plex: its key, its type and its locations."""

    key: str
    type: str
    locations: tuple[PlayerPath, ...]

    def holds(self, event: Addressed) -> bool:
        """Whether it is of the event's kind and one of its locations holds the directory."""
        is_kind = self.type == SECTION_TYPES[event.event.library.kind]
        return is_kind and any(location.holds(event.path) for location in self.locations)

    def place_of(self, event: Addressed) -> PlayerPath:
        """Return the directory to read: of one that is gone, the location that held it."""
        if not event.event.is_gone:
            return event.path
        holding = [location for location in self.locations if location.holds(event.path)]
        return max(holding, key=lambda location: len(location.key))


def sections_of(name: str, client: OutsideClient) -> list[Section]:
    """Return the sections of the Plex `name`."""
    found = client.get_json("library/sections")
    try:
        return [_section(one) for one in found["MediaContainer"].get("Directory") or []]
    except (AttributeError, KeyError, TypeError):
        raise InvalidAnswerError(f"player {name!r} does not answer like Plex") from None


def movies_in(
    client: OutsideClient, section: Section, events: Sequence[Addressed]
) -> Iterator[str]:
    """Yield the rating keys of the movies that the section knows in the events' directories.

    Plex cannot be asked for a directory, so the section is listed.
    """
    directories = Directories(events)
    for movie in _listed(client, section):
        texts = (
            str(part.get("file", ""))
            for media in movie.get("Media") or []
            for part in media.get("Part") or []
        )
        if any(directories.holding(path) for path in readable_paths(texts)):
            yield str(movie.get("ratingKey"))


def _listed(client: OutsideClient, section: Section) -> Iterator[Mapping[str, Any]]:
    start, total = 0, 1
    while start < total:
        page = client.get_json(
            f"library/sections/{section.key}/all",
            {
                "type": _MOVIE,
                "X-Plex-Container-Start": start,
                "X-Plex-Container-Size": _PAGE,
            },
        )
        container = page.get("MediaContainer", {}) if isinstance(page, dict) else {}
        yield from container.get("Metadata") or []
        start, total = start + _PAGE, int(container.get("totalSize") or 0)


def _section(found: Mapping[str, Any]) -> Section:
    texts = [str(location["path"]) for location in found.get("Location") or []]
    return Section(str(found["key"]), str(found.get("type")), tuple(readable_paths(texts)))
