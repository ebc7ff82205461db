"""Write the artwork, the actors' pictures and the trailers."""

import hashlib
import re
from dataclasses import dataclass
from pathlib import PurePosixPath

from media.asset_kinds import ACTOR, TRAILER
from media.movie import StoredFile
from media.phases import PublishPhase
from media.publishing.choices import Cached, Wanted
from media.publishing.directory import MovieDirectory
from media.publishing.formats import ending_of
from media.publishing.names import without_ending
from media.publishing.outcome import Outcome, Record
from media.publishing.ownership import Ownership
from media.publishing.plan import Plan, Published
from media.scan.artwork import artwork_kind
from media.scan.discs import is_of_disc
from media.scan.file_names import is_image, is_video, stem

# `fanart1.jpg` stands beside the best one, not for it.
_NUMBERED = re.compile(r".*\d")
_TRAILERS = ("movie-trailer", "trailer")


@dataclass(frozen=True)
class PictureWriter:
    """Brings one chosen file after the other into the movie's directory.

    A file of somebody else stays, and then ours is not written; only
    `phase.replace_user_artwork` has it set aside.
    """

    plan: Plan
    directory: MovieDirectory
    phase: PublishPhase
    ownership: Ownership
    outcome: Outcome

    def bring(self, wanted: Wanted) -> None:
        """Let the directory hold the file, unless it is somebody else's place."""
        target = self._target(wanted)
        # What is decided from here on is about this file, and no later one.
        before = self.directory.stored(target) if target else None
        if target is None or wanted.cached is None:
            self._leave(wanted, f"{wanted.name} is not in the cache any more")
        elif not self.directory.can_hold(target):
            self._leave(wanted, f"{PurePosixPath(target).parent} is no directory of the movie's")
        elif not self._find(wanted, wanted.cached, target) and self._is_free(wanted, target):
            self._write(wanted, wanted.cached, target, before)

    def _target(self, wanted: Wanted) -> str | None:
        """Return the name with its ending, from the cache's file or from what was written."""
        if wanted.cached is None:
            return None
        try:
            return wanted.name + ending_of(wanted.cached.path, wanted.cached.extension)
        except OSError:
            same = [row for row in self._rows_of(wanted) if row.sha256 == wanted.cached.key]
            return same[0].relative_path if same else None

    def _is_free(self, wanted: Wanted, target: str) -> bool:
        """Whether ours may go there; sees to it, where the user lets us."""
        others = self._others(wanted, target)
        if not others:
            return True
        if not self.phase.replace_user_artwork:
            self._yield_to(wanted, others)
            return False
        for other in others:
            self.outcome.set_aside.append(self.directory.set_aside(other))
            if other != target:
                self.directory.remove(other)
        return True

    def _others(self, wanted: Wanted, target: str) -> list[str]:
        """Return the files of others that stand for the same thing."""
        others = [one for one in self._alike(wanted) if not self.ownership.is_ours(one)]
        if target in others or not self.ownership.is_ours(target):
            return others
        return []  # what came beside a file that we had written leaves that one ours

    def _alike(self, wanted: Wanted) -> list[str]:
        same_place = self.directory.files(str(PurePosixPath(wanted.name).parent))
        return [one for one in same_place if self._stands_for(one, wanted)]

    def _stands_for(self, relative: str, wanted: Wanted) -> bool:
        is_right = is_video if wanted.kind == TRAILER else is_image
        if not is_right(relative):
            return False
        name = without_ending(relative).casefold()
        if name == wanted.name.casefold():
            return True
        if not wanted.is_best or wanted.kind == ACTOR:
            return False
        if wanted.kind == TRAILER:
            return name in _TRAILERS
        main = next(iter(self.plan.nfos))
        video = self.plan.directory.name if is_of_disc(main) else stem(main)
        return artwork_kind(relative, video) == wanted.kind and not _NUMBERED.fullmatch(name)

    def _yield_to(self, wanted: Wanted, others: list[str]) -> None:
        self._protect(wanted)
        for other in others:
            if other in self.plan.published:
                self.outcome.changed_by_others.append(other)
                self.outcome.foreign.add(other)
            else:
                self.outcome.kept.append(other)

    def _write(
        self, wanted: Wanted, cached: Cached, target: str, before: StoredFile | None
    ) -> None:
        if not _is_whole(cached):
            self._leave(wanted, f"{wanted.name} is damaged in the cache, or not there")
            return
        self.ownership.journal.note(target, cached.key)
        stored = self.directory.write(target, cached.path, before)
        self.outcome.written.append(target)
        self.outcome.records[target] = Record(wanted.kind, cached.key, stored, cached.key)

    def _find(self, wanted: Wanted, cached: Cached, target: str) -> bool:
        """Whether the file is there already; then it is recorded."""
        stored = self.directory.stored(target)
        if stored is None or self.ownership.content_of(target) != cached.key:
            return False
        is_news = self.ownership.journal.has(target, cached.key)
        (self.outcome.written if is_news else self.outcome.unchanged).append(target)
        self.outcome.records[target] = Record(
            wanted.kind,
            cached.key,
            stored,
            cached.key,
            is_adopted=not self.ownership.is_ours(target),
        )
        return True

    def _leave(self, wanted: Wanted, why: str) -> None:
        self._protect(wanted)
        self.outcome.warnings.append(why)

    def _protect(self, wanted: Wanted) -> None:
        self.outcome.protected.update(row.relative_path for row in self._rows_of(wanted))

    def _rows_of(self, wanted: Wanted) -> list[Published]:
        rows = self.plan.published.values()
        return [row for row in rows if without_ending(row.relative_path) == wanted.name]


def _is_whole(cached: Cached) -> bool:
    try:
        with cached.path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest() == cached.key
    except OSError:
        return False
