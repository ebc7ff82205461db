"""Read everything that a movie's directory says of the movie."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from media.errors import LastingError
from media.movie import (
    FEATURES,
    FileRole,
    FoundArtwork,
    FoundFile,
    FoundMovie,
    KnownMovie,
    StoredFile,
)
from media.probe.video import probe_video
from media.scan.artwork import artwork_kind
from media.scan.directory_name import guess_of
from media.scan.file_names import is_at_top, is_nfo, is_subtitle, stem
from media.scan.image_size import image_size
from media.scan.inventory import Inventory
from media.scan.nfo import ABSENT, Nfo, read_nfo
from media.scan.subtitles import subtitle_stream
from media.scan.videos import assign_roles


@dataclass
class MovieReader:
    """Reads one movie's directory, as the inventory lists it.

    A main video that cannot be read stops the reading; trouble with anything
    beside it is a warning.
    """

    inventory: Inventory
    probe_timeout_seconds: float

    def __post_init__(self) -> None:
        self.roles = assign_roles(self.inventory.files, self.inventory.directory.name)
        main = next(path for path, role in self.roles.items() if role is FileRole.MAIN)
        self.video_stem = stem(main)
        self.warnings = list(self.inventory.warnings)

    def read(self, known: KnownMovie) -> FoundMovie:
        """Return all that is found; `known` is what the manager says of the movie."""
        nfo = self._read_nfo()
        return FoundMovie(
            directory=str(self.inventory.directory),
            says=agreed(known, nfo.known),
            guess=guess_of(self.inventory.directory.name),
            nfo_state=nfo.state,
            files=[*self._videos(), *self._subtitles(), *self._nfos()],
            artworks=self._artworks(),
            warnings=self.warnings,
        )

    def _read_nfo(self) -> Nfo:
        """Read `movie.nfo`, which the players prefer, or the one named like the video."""
        at_top = {file.relative_path.casefold(): file for file in self.inventory.files}
        names = ("movie.nfo", f"{self.video_stem.casefold()}.nfo")
        nfos = [read_nfo(self.inventory.path_of(at_top[name])) for name in names if name in at_top]
        self.warnings += [nfo.warning for nfo in nfos if nfo.warning]
        return next((nfo for nfo in nfos if nfo.known != KnownMovie()), *nfos[:1] or [ABSENT])

    def _videos(self) -> list[FoundFile]:
        by_path = {file.relative_path: file for file in self.inventory.files}
        return [self._video(by_path[path], role) for path, role in self.roles.items()]

    def _video(self, file: StoredFile, role: FileRole) -> FoundFile:
        if role is FileRole.SAMPLE:
            return FoundFile(file, role)
        try:
            probe = probe_video(self.inventory.path_of(file), self.probe_timeout_seconds)
        except LastingError as error:
            if role in FEATURES:
                raise
            self.warnings.append(str(error))
            return FoundFile(file, role)
        return FoundFile(file, role, probe, probe.streams)

    def _subtitles(self) -> list[FoundFile]:
        found = [file for file in self.inventory.files if is_subtitle(file.relative_path)]
        indexes = {stem(file.relative_path) for file in found if _has_ending(file, ".idx")}
        return [self._subtitle(file) for file in found if not _is_half(file, indexes)]

    def _subtitle(self, file: StoredFile) -> FoundFile:
        stream = subtitle_stream(file.relative_path, self.video_stem)
        return FoundFile(file, FileRole.SUBTITLE, streams=[stream])

    def _nfos(self) -> list[FoundFile]:
        files = self.inventory.files
        nfos = [f for f in files if is_nfo(f.relative_path) and is_at_top(f.relative_path)]
        return [FoundFile(file, FileRole.NFO) for file in nfos]

    def _artworks(self) -> Sequence[FoundArtwork]:
        kinds = {
            file: artwork_kind(file.relative_path, self.video_stem) for file in self.inventory.files
        }
        return [self._artwork(file, kind) for file, kind in kinds.items() if kind]

    def _artwork(self, file: StoredFile, kind: str) -> FoundArtwork:
        size = image_size(self.inventory.path_of(file))
        if size is None:
            self.warnings.append(f"{file.relative_path} is no image that can be read")
        width, height = size or (None, None)
        return FoundArtwork(file, kind, width, height)


def agreed(manager: KnownMovie, nfo: KnownMovie) -> KnownMovie:
    """Join what the two say: the manager is right about ids, the NFO about all else."""
    ids = manager.model_dump(exclude_none=True, include={"tmdb_id", "imdb_id"})
    joined: Mapping[str, object] = {
        **manager.model_dump(exclude_none=True),
        **nfo.model_dump(exclude_none=True),
        **ids,
    }
    return KnownMovie.model_validate(joined)


def _has_ending(file: StoredFile, ending: str) -> bool:
    return file.relative_path.lower().endswith(ending)


def _is_half(file: StoredFile, indexes: set[str]) -> bool:
    # VobSub is a pair, and its .idx stands for both.
    return _has_ending(file, ".sub") and stem(file.relative_path) in indexes
