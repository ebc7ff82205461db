"""Write the movie's NFOs: one for each video, and every other that a player would read.

A `movie.nfo` that somebody put there goes before ours with Kodi and Jellyfin; so it
is brought up to date as well, and what it holds goes into ours. Of a disc Jellyfin also reads
the one that is named like the directory.
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from media.movie import StoredFile
from media.nfo import MAX_BYTES, MergedNfo, MovieNfo, merge_nfo
from media.phases import PublishPhase
from media.publishing.choices import NFO
from media.publishing.directory import MovieDirectory
from media.publishing.journal import Journal
from media.publishing.names import MOVIE_NFO, nfo_name
from media.publishing.outcome import Outcome, Record
from media.publishing.plan import Plan, Published
from media.scan.discs import is_of_disc


@dataclass(frozen=True)
class NfoWriter:
    """Brings the NFOs of a movie up to date."""

    plan: Plan
    directory: MovieDirectory
    phase: PublishPhase
    journal: Journal
    outcome: Outcome

    def bring_all(self) -> None:
        """Merge and write every NFO of the movie."""
        targets = self._targets()
        # Before they are read: who writes one later has written another.
        before = {name: self.directory.stored(name) for name in targets}
        sources = {name: self._old_content(name) for name in targets}
        for name, ours in targets.items():
            self._bring(name, ours, sources, before[name])

    def _targets(self) -> dict[str, MovieNfo]:
        """Return what to say by the name of the NFO, spelled as it is on the disk."""
        video, main = next(iter(self.plan.nfos.items()))
        by_file: dict[str, MovieNfo] = {}
        for path, ours in self.plan.nfos.items():
            # Versions may differ in their endings alone: then it is the main one's.
            by_file.setdefault(nfo_name(path), ours)
        wanted = by_file if self.phase.nfo_name == "file" else {MOVIE_NFO: main}
        of_disc = {f"{self.plan.directory.name}.nfo": main} if is_of_disc(video) else {}
        read = {MOVIE_NFO: main, **of_disc, **by_file}
        found = {name: ours for name, ours in read.items() if self._has(name)}
        return {
            self.directory.actual(name) or name: ours for name, ours in {**wanted, **found}.items()
        }

    def _has(self, name: str) -> bool:
        return self.directory.actual(name) is not None

    def _bring(
        self,
        name: str,
        ours: MovieNfo,
        sources: Mapping[str, bytes | None],
        stored: StoredFile | None,
    ) -> None:
        if self.directory.is_taken(name) and not self.directory.stored(name):
            self._leave(name)
            return
        there = sources[name]
        content, before = self._basis(name, sources)
        merged = merge_nfo(content, ours, before, self.plan.locked)
        if there is not None and (merged.replaced or not merged.is_whole):
            self._set_aside(name, merged)
        self._write(name, there, merged, stored)

    def _set_aside(self, name: str, merged: MergedNfo) -> None:
        """Keep what somebody wrote before we came, if ours does not hold all of it."""
        aside = self.directory.set_aside(name)
        self.outcome.set_aside.append(aside)
        if not merged.is_whole:
            self.outcome.warnings.append(f"{name} held more than an NFO can: see {aside}")

    def _leave(self, name: str) -> None:
        self.outcome.kept.append(name)
        self.outcome.warnings.append(f"{name} is no plain file: it was left alone")
        if name in self.plan.published:
            self.outcome.protected.add(name)
            self.outcome.foreign.add(name)

    def _write(
        self, name: str, there: bytes | None, merged: MergedNfo, stored: StoredFile | None
    ) -> None:
        row = self.plan.published.get(name)
        digest = hashlib.sha256(merged.content).hexdigest()
        if row and there is not None and not self._is_ours(row, there):
            self.outcome.changed_by_others.append(name)
        if stored is None or there != merged.content:
            self.journal.note(name, digest)
            stored = self.directory.write(name, merged.content, stored)
            self.outcome.written.append(name)
        else:
            is_news = row is None or self.journal.has(name, digest)
            (self.outcome.written if is_news else self.outcome.unchanged).append(name)
        self.outcome.records[name] = Record(
            NFO, digest, stored, content=merged.content, offered=merged.offered
        )

    def _is_ours(self, row: Published, there: bytes) -> bool:
        digest = hashlib.sha256(there).hexdigest()
        return row.sha256 == digest or self.journal.has(row.relative_path, digest)

    def _basis(
        self, name: str, sources: Mapping[str, bytes | None]
    ) -> tuple[bytes | None, Mapping[str, str] | None]:
        """Return the content to merge into, and what we had said in it.

        The file itself; where it is missing, what was in it when we wrote it, or another
        NFO of the movie, such as the one that the video had under its former name.
        """
        row = self.plan.published.get(name)
        if sources[name] is not None:
            return sources[name], row.offered if row else None
        for content, other in self._others(name, row, sources):
            if content is not None:
                return content, other.offered if other else None
        return None, None

    def _others(
        self, name: str, row: Published | None, sources: Mapping[str, bytes | None]
    ) -> Iterator[tuple[bytes | None, Published | None]]:
        rows = self.plan.published
        yield (row.content if row else None), row
        former = [one for path, one in rows.items() if one.kind == NFO and path != name]
        for other in former:
            if other.relative_path not in sources:
                yield self._old_content(other.relative_path) or other.content, other
        for path, content in sources.items():
            yield content, rows.get(path)
        for other in former:
            yield other.content, other

    def _old_content(self, name: str) -> bytes | None:
        if not self.directory.stored(name):
            return None
        return self.directory.read(name, MAX_BYTES)
