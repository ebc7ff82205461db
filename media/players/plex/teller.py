"""What Plex is told: which directories to read, and of which movies to read the metadata again."""

from collections.abc import Sequence
from urllib.parse import quote

from media.errors import NotFoundAtServiceError, PathNotMappedError
from media.outside import OutsideClient
from media.player_path import PlayerPath
from media.players.event import Addressed
from media.players.plex.section import SECTION_TYPES, Section, movies_in, sections_of
from media.players.teller import Teller
from media.settings import LibraryKind

#: From more directories than this on a section is read as a whole: one call for all.
MANY = 10


class PlexTeller(Teller):
    """Tells one Plex: a partial refresh of each directory, or of whole sections.

    That finds videos; NFO and artwork of a movie that Plex knows it reads again only when told
    to of that movie. It answers at once and reads later, so there is nothing to
    verify but that it took the calls and has a section with such a path.
    """

    def __init__(self, name: str, client: OutsideClient) -> None:
        super().__init__(name)
        self._client = client

    def tell(self, events: Sequence[Addressed]) -> None:
        """Tell all; a path in none of Plex's sections is a problem of its own."""
        sections = sections_of(self.name, self._client)
        inside = [event for event in events if self._is_inside(event, sections)]
        for section in sections:
            if chosen := [event for event in inside if section.holds(event)]:
                self._read_directories(section, chosen)
                self._read_metadata(section, chosen)
        self.told += inside

    def _is_inside(self, event: Addressed, sections: Sequence[Section]) -> bool:
        if any(section.holds(event) for section in sections):
            return True
        kind = SECTION_TYPES[event.event.library.kind]
        of_kind = [one for section in sections if section.type == kind for one in section.locations]
        there = ", ".join(str(location) for location in of_kind) or "none"
        self.problems.append(
            PathNotMappedError(
                f"player {self.name!r} has no {kind} section that holds {event.path} "
                f"(it has: {there}): add it in Plex, or correct "
                f"players.{self.name}.path_mappings"
            )
        )
        return False

    def _read_directories(self, section: Section, events: Sequence[Addressed]) -> None:
        path = f"library/sections/{quote(section.key, safe='')}/refresh"
        places = _least([section.place_of(event) for event in events])
        if len(places) > MANY:
            self._client.request("GET", path)
            self.actions["sections"] += 1
            return
        for place in places:
            self._client.request("GET", path, params={"path": place.text})
            self.actions["directories"] += 1

    def _read_metadata(self, section: Section, events: Sequence[Addressed]) -> None:
        changed = [
            event
            for event in events
            if event.event.files
            and not event.event.is_gone
            and event.event.library.kind is LibraryKind.MOVIES
        ]
        for key in movies_in(self._client, section, changed) if changed else ():
            try:
                self._client.request("PUT", f"library/metadata/{quote(key, safe='')}/refresh")
            except NotFoundAtServiceError:
                continue  # it went meanwhile
            self.actions["refreshed"] += 1


def _least(places: Sequence[PlayerPath]) -> list[PlayerPath]:
    """Return the directories that hold all the others, each once."""
    distinct = list({place.key: place for place in places}.values())
    return [
        place
        for place in distinct
        if not any(other.holds(place) for other in distinct if other is not place)
    ]
