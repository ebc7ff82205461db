"""Read everything that a movie's directory says of the movie."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from media.earlier import Earlier
from media.errors import LastingError, NoVideoError, UnreadableFileError
from media.movie import (
    FEATURES,
    FileRole,
    FoundArtwork,
    FoundFile,
    FoundMovie,
    KnownMovie,
    Probe,
    StoredFile,
)
from media.probe.video import ensure_readable, probe_video
from media.scan.artwork import artwork_kind
from media.scan.content_hash import content_hash
from media.scan.discs import is_of_disc
from media.scan.editions import edition_of
from media.scan.file_names import is_at_top, is_nfo, is_subtitle, stem
from media.scan.identity import guess_identity
from media.scan.image_size import image_size
from media.scan.inventory import Inventory
from media.scan.nfo import ABSENT, Nfo, read_nfo
from media.scan.rules import ScanRules
from media.scan.subtitles import subtitle_stream
from media.scan.videos import assign_roles, is_whole_video, part_numbers


@dataclass
class MovieReader:
    """Reads one movie's directory, as the inventory lists it.

    What did not change since `earlier` is not read again, and what stands at the
    relative paths `ours` is our own. A main video that cannot be read stops the
    reading; trouble with anything beside it is a warning.
    """

    inventory: Inventory
    rules: ScanRules
    earlier: Earlier = field(default_factory=Earlier)
    ours: Collection[str] = ()

    def __post_init__(self) -> None:
        self.warnings = list(self.inventory.warnings)
        name = self.inventory.directory.name
        files = [file for file in self.inventory.files if not self._is_too_large(file)]
        try:
            self.roles = assign_roles(files, name, self.rules.endings)
        except NoVideoError as error:
            raise NoVideoError("; ".join([str(error), *self.warnings])) from None
        self.parts = part_numbers(self.roles)
        main = next(path for path, role in self.roles.items() if role is FileRole.MAIN)
        self.video_stem = name if is_of_disc(main) else stem(main)

    def features(self) -> list[StoredFile]:
        """Return the movie's own videos."""
        files = self.inventory.files
        return [file for file in files if self.roles.get(file.relative_path) in FEATURES]

    def read(self, known: KnownMovie) -> FoundMovie:
        """Return all that is found; `known` is what the manager says of the movie."""
        nfo, is_news = self._read_nfo()
        return FoundMovie(
            directory=str(self.inventory.directory),
            says=agreed(known, nfo.known) if is_news else known,
            guess=guess_identity(self.inventory.directory.name, self.video_stem),
            nfo_state=nfo.state,
            files=[*self._videos(), *self._subtitles(), *self._nfos()],
            artworks=self._artworks(),
            warnings=self.warnings,
            nfo_is_news=is_news,
            old_nfo=KnownMovie() if is_news else nfo.known,
        )

    def _is_too_large(self, file: StoredFile) -> bool:
        is_video = is_whole_video(file.relative_path, self.rules.endings)
        if not is_video or file.size <= self.rules.max_video_bytes:
            return False
        limit = self.rules.phase.max_file_size_gb
        self.warnings.append(f"left out {file.relative_path}: larger than {limit:g} GB")
        return True

    def _read_nfo(self) -> tuple[Nfo, bool]:
        """Read `movie.nfo`, which the players prefer, or the one named like the video.

        Returns with it whether it tells anything new: it is not ours, and the NFOs of
        others are not as they were at the last scan.
        """
        at_top = {file.relative_path.casefold(): file for file in self.inventory.files}
        names = ("movie.nfo", f"{self.video_stem.casefold()}.nfo")
        files = [at_top[name] for name in names if name in at_top]
        nfos = [(read_nfo(self.inventory.path_of(file)), file) for file in files]
        self.warnings += [nfo.warning for nfo, _file in nfos if nfo.warning]
        if not nfos:
            return ABSENT, False
        nfo, file = next((pair for pair in nfos if pair[0].known != KnownMovie()), nfos[0])
        if file.relative_path in self.ours:
            return nfo, False
        now = self._states_of_others(self._nfo_files())
        return nfo, now != self._states_of_others(self.earlier.nfos())

    def _states_of_others(self, nfos: Sequence[StoredFile]) -> set[tuple[int, int]]:
        """Return size and mtime of each NFO that is not ours; a new name is no news."""
        others = (nfo for nfo in nfos if nfo.relative_path not in self.ours)
        return {(nfo.size, nfo.mtime_ns) for nfo in others}

    def _videos(self) -> list[FoundFile]:
        by_path = {file.relative_path: file for file in self.inventory.files}
        return [self._video(by_path[path], role) for path, role in self.roles.items()]

    def _video(self, file: StoredFile, role: FileRole) -> FoundFile:
        found = FoundFile(
            file,
            role,
            edition=self._edition(file) if role in FEATURES else None,
            part_number=self.parts.get(file.relative_path),
        )
        if role is FileRole.SAMPLE:
            return self._hashed(found)
        try:
            probe = self._probe(file)
        except LastingError as error:
            if role in FEATURES:
                raise
            self.warnings.append(str(error))
            return self._hashed(found)
        return self._hashed(replace(found, probe=probe, streams=probe.streams))

    def _probe(self, file: StoredFile) -> Probe:
        path = self.inventory.path_of(file)
        before = self.earlier.unchanged(file)
        if before and before.probe:
            ensure_readable(path)
            return before.probe
        return probe_video(path, self.rules.phase.ffprobe_timeout_seconds)

    def _edition(self, file: StoredFile) -> str | None:
        directory = self.inventory.directory.name
        return edition_of(stem(file.relative_path), directory) or edition_of(directory, directory)

    def _hashed(self, found: FoundFile) -> FoundFile:
        """Add the hash of the content, as it was read earlier or anew."""
        before = self.earlier.unchanged(found.stored)
        if before and before.content_hash:
            return replace(found, content_hash=before.content_hash)
        try:
            return replace(found, content_hash=content_hash(self.inventory.path_of(found.stored)))
        except UnreadableFileError as error:
            if str(error) not in self.warnings:
                self.warnings.append(str(error))
            return found

    def _subtitles(self) -> list[FoundFile]:
        found = [file for file in self.inventory.files if is_subtitle(file.relative_path)]
        indexes = {stem(file.relative_path) for file in found if _has_ending(file, ".idx")}
        return [self._subtitle(file) for file in found if not _is_half(file, indexes)]

    def _subtitle(self, file: StoredFile) -> FoundFile:
        stream = subtitle_stream(file.relative_path, self.video_stem)
        return self._hashed(FoundFile(file, FileRole.SUBTITLE, streams=[stream]))

    def _nfos(self) -> list[FoundFile]:
        return [self._hashed(FoundFile(file, FileRole.NFO)) for file in self._nfo_files()]

    def _nfo_files(self) -> list[StoredFile]:
        files = self.inventory.files
        return [f for f in files if is_nfo(f.relative_path) and is_at_top(f.relative_path)]

    def _artworks(self) -> Sequence[FoundArtwork]:
        kinds = {
            file: artwork_kind(file.relative_path, self.video_stem, self.rules.endings)
            for file in self.inventory.files
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
    return _over(KnownMovie.model_validate(ids), _over(nfo, manager))


def _over(stronger: KnownMovie, weaker: KnownMovie) -> KnownMovie:
    said: Mapping[str, object] = {
        **weaker.model_dump(exclude_none=True),
        **stronger.model_dump(exclude_none=True),
    }
    return KnownMovie.model_validate(said)


def _has_ending(file: StoredFile, ending: str) -> bool:
    return file.relative_path.lower().endswith(ending)


def _is_half(file: StoredFile, indexes: set[str]) -> bool:
    # VobSub is a pair, and its .idx stands for both.
    return _has_ending(file, ".sub") and stem(file.relative_path) in indexes
