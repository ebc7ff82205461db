"""Kodi's library as it is after what it was told: what people would see on the screen."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from urllib.parse import quote

from player_fakes.mounts import Mounts
from player_fakes.nfo_files import is_movie, title_in, title_of

PICTURES = {".jpg", ".png"}


class NotThere(Exception):
    """An id that is not any more."""


@dataclass
class Shown:
    """An item as Kodi shows it; the pictures' urls by type."""

    id: int
    file: str
    title: str
    art: dict[str, str] = field(default_factory=dict)


class KodiLibrary:
    """Movies, series and textures of one Kodi, or of several that share movies and series."""

    def __init__(self, mounts: Mounts) -> None:
        self.mounts = mounts
        self.movies: dict[int, Shown] = {}
        self.series: dict[int, Shown] = {}
        self._last_id = 0

    def scan_movies(self, source: str) -> None:
        """Add what is new. What is known is not read again; without an NFO nothing is added."""
        known = {movie.file for movie in self.movies.values()}
        for file, local in self.mounts.files_below(source):
            new = is_movie(local) and file not in known
            if new and (title := title_of(local)) is not None:
                self._add(self.movies, file, title)

    def scan_series(self, source: str) -> None:
        known = {show.file for show in self.series.values()}
        for file, local in self.mounts.files_below(source):
            directory = file.removesuffix(local.name)
            if local.name == "tvshow.nfo" and directory not in known:
                self._add(self.series, directory, title_in(local))

    def refresh_movie(self, id_: int) -> None:
        """Read the NFO and look for art again; the movie gets another id."""
        movie = self._taken(self.movies, id_)
        local = self.mounts.local(movie.file)
        title = title_of(local) if local else None
        self._add(self.movies, movie.file, movie.title if title is None else title)

    def refresh_series(self, id_: int) -> None:
        show = self._taken(self.series, id_)
        local = self.mounts.local(show.file)
        nfo = local / "tvshow.nfo" if local else None
        title = title_in(nfo) if nfo and nfo.is_file() else show.title
        self._add(self.series, show.file, title)

    def clean(self, content: str, directory: str) -> None:
        """Forget what is not there, even if only the share is not."""
        items = self.movies if content == "movies" else self.series
        for item in list(items.values()):
            if item.file.startswith(directory) and not self.mounts.exists(item.file):
                del items[item.id]

    def _taken(self, items: dict[int, Shown], id_: int) -> Shown:
        if id_ not in items:
            raise NotThere(id_)
        return items.pop(id_)

    def _add(self, items: dict[int, Shown], file: str, title: str) -> None:
        self._last_id += 1
        items[self._last_id] = Shown(self._last_id, file, title, dict(self._art_of(file)))

    def _art_of(self, file: str) -> Iterator[tuple[str, str]]:
        separator = self.mounts.separator
        directory = file.rpartition(separator)[0]
        stem = file.removeprefix(directory + separator).rpartition(".")[0]
        for found, local in self.mounts.files_below(directory):
            if found == f"{directory}{separator}{local.name}" and local.suffix in PICTURES:
                yield local.stem.removeprefix(f"{stem}-"), found


class Textures:
    """The pictures that one Kodi has cached, which it shows even when the file has changed."""

    def __init__(self, mounts: Mounts) -> None:
        self._mounts = mounts
        self._cached: dict[int, tuple[str, bytes]] = {}
        self._last_id = 0

    def show(self, url: str) -> bytes:
        """Return what the screen shows of a picture, caching it at the first time."""
        for cached, content in self._cached.values():
            if cached == url:
                return content
        local = self._mounts.local(url)
        assert local is not None
        self._last_id += 1
        self._cached[self._last_id] = url, local.read_bytes()
        return self._cached[self._last_id][1]

    def listed(self) -> Iterable[tuple[int, str]]:
        return [(id_, url) for id_, (url, _content) in self._cached.items()]

    def remove(self, id_: int) -> None:
        if id_ not in self._cached:
            raise NotThere(id_)
        del self._cached[id_]


def as_image(url: str) -> str:
    """Write a picture's url as Kodi's API does."""
    encoded = quote(url, safe="()!'*-_.")
    return f"image://{encoded.replace('%2F', '%2f').replace('%3A', '%3a')}/"
