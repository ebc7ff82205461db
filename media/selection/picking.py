"""Pick the best of one kind."""

import heapq
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from media.images import look_alike
from media.library.models import Candidate, Selection
from media.phases import EnrichmentPhase
from media.selection.assets import Assets
from media.selection.bringing import Bringer
from media.selection.limits import is_watched_elsewhere, most_of, refusal_of
from media.selection.scoring import Taste, score


@dataclass(frozen=True)
class Pick:
    """What is to be chosen: the best of a kind has rank 0; no key where there is no file.

    `look` is the perceptual hash of a picture.
    """

    kind: str
    rank: int
    candidate_id: int | None
    cache_key: str | None
    look: str | None


@dataclass
class Picker:
    """Picks what is best of a movie's candidates, as the configuration prefers it."""

    assets: Assets
    phase: EnrichmentPhase
    bringer: Bringer

    def pick(self, kind: str, providers: Sequence[str]) -> list[Pick]:
        """Return what is to be chosen of a kind: a person's choice, then the best of the rest."""
        locked = [self._kept(row) for row in self.assets.locked(kind)]
        if kind in self.assets.locked_kinds or not self.phase.auto_select_assets:
            return locked
        ranks = _free_ranks({pick.rank for pick in locked})
        places = most_of(kind, self.phase) - len(locked)
        best = self._best(kind, providers, locked, places)
        picked = [
            Pick(kind, rank, one.id, one.cache_key, one.perceptual_hash)
            for rank, one in zip(ranks, best, strict=False)
        ]
        return [*locked, *picked]

    def _kept(self, row: Selection) -> Pick:
        """Return a person's choice, its file fetched if it is not in the cache."""
        look = self.assets.looks.get(row.cache_key) if row.cache_key else None
        pick = Pick(row.kind, row.rank, row.candidate_id, row.cache_key, look)
        candidate = self.assets.candidate(row.candidate_id)
        if candidate is None or is_watched_elsewhere(candidate):
            return pick
        brought = self.bringer.candidate(candidate)
        if brought is None:
            return pick
        return replace(pick, cache_key=brought.cache_key, look=brought.perceptual_hash)

    def _best(
        self, kind: str, providers: Sequence[str], locked: Sequence[Pick], places: int
    ) -> list[Candidate]:
        """Return the best candidates, of pictures that look alike only the better one.

        What a candidate really is shows when it is there, so it is judged again then;
        thus the next run, which knows, comes to the same end.
        """
        taste = Taste.of(self.phase, providers)
        waiting = _Waiting(taste)
        taken: list[Candidate] = []
        looks = [*self.assets.own.get(kind, ()), *(pick.look for pick in locked)]
        for candidate in self._eligible(kind, providers, locked):
            waiting.add(candidate)
        while waiting and len(taken) < places:
            candidate = waiting.next()
            if any(look_alike(candidate.perceptual_hash, look) for look in looks):
                continue
            if is_watched_elsewhere(candidate):
                taken.append(candidate)
                continue
            brought = self.bringer.candidate(candidate)
            if brought is None or refusal_of(brought, self.phase):
                continue
            if brought.cache_key != candidate.cache_key:
                # Only now its size and look are known for sure.
                waiting.add(brought)
                continue
            taken.append(brought)
            looks.append(brought.perceptual_hash)
        return taken

    def _eligible(
        self, kind: str, providers: Sequence[str], locked: Sequence[Pick]
    ) -> Iterator[Candidate]:
        chosen = {pick.candidate_id for pick in locked}
        for candidate in self.assets.candidates:
            is_offered = candidate.kind == kind and candidate.gone_since is None
            is_wanted = candidate.provider in providers and candidate.id not in chosen
            if is_offered and is_wanted and refusal_of(candidate, self.phase) is None:
                yield candidate


class _Waiting:
    """Candidates from the best to the worst; of equals the first by address."""

    def __init__(self, taste: Taste) -> None:
        self._taste = taste
        self._heap: list[tuple[float, str, int, Candidate]] = []

    def __bool__(self) -> bool:
        return bool(self._heap)

    def add(self, candidate: Candidate) -> None:
        entry = (-score(candidate, self._taste), candidate.url, candidate.id, candidate)
        heapq.heappush(self._heap, entry)

    def next(self) -> Candidate:
        return heapq.heappop(self._heap)[-1]


def _free_ranks(used: set[int]) -> Iterator[int]:
    return (rank for rank in range(1000) if rank not in used)
