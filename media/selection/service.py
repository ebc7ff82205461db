"""Choose a movie's artwork and trailer."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from media.asset_kinds import ASSET_KINDS
from media.errors import last_to_pass
from media.library.database import Library
from media.library.models import Credit, Movie
from media.library.movies import present_movie
from media.phases import EnrichmentPhase
from media.selection.assets import Assets, locks_of, read_assets, selections_of
from media.selection.bringing import Bringer, present
from media.selection.picking import Pick, Picker
from media.selection.recording import record_judgements, record_picks
from media.settings import Settings

# Whose pictures are fetched: who plays more than a few words.
MOST_ACTORS = 15

Progress = Callable[[int, int, str], None]


@dataclass(frozen=True)
class SelectionSummary:
    """What is chosen for a movie, by kind, and how many of its actors have a picture.

    `changed` counts selections that are not as they were, `downloaded` files. `failed`
    tells by URL what could not be fetched.
    """

    movie_id: int
    is_automatic: bool
    selected: dict[str, int]
    changed: int
    actors: int
    downloaded: int
    failed: dict[str, str]

    def as_json(self) -> dict[str, object]:
        """Return it as plain values."""
        return asdict(self)


def select_assets(
    movie_id: int, settings: Settings, phase: EnrichmentPhase, progress: Progress | None = None
) -> SelectionSummary:
    """Choose the best of what is offered, and bring it and the actors' pictures into the cache.

    What a person has chosen stays: selections with `is_locked`, and kinds among the
    movie's `locked_fields`. Without `auto_select_assets` nothing else is chosen.
    A candidate that turns out to be no image, too large or too small is refused, and
    the next one is taken. Running it again on the same candidates changes nothing.

    Raises:
        MovieUnknownError: no such movie, or it was deleted.
        CacheUnavailableError: the cache cannot be written.
        PassingError: some file may be had later. By then all else is chosen, with
            the next best in its place, so trying again is about that file alone. Of
            several errors it is the one that asks for the longest wait.
    """
    selection = _MovieSelection(movie_id, settings, phase, progress or (lambda *_step: None))
    picks, changed = selection.choose()
    actors = selection.fetch_pictures()
    bringer = selection.bringer
    if error := last_to_pass(bringer.postponed.values()):
        raise error
    return SelectionSummary(
        movie_id=movie_id,
        is_automatic=phase.auto_select_assets,
        selected=dict(sorted(Counter(pick.kind for pick in picks).items())),
        changed=changed,
        actors=actors,
        downloaded=bringer.downloaded,
        failed={url: str(error) for url, error in bringer.refused.items()},
    )


@dataclass
class _MovieSelection:
    movie_id: int
    settings: Settings
    phase: EnrichmentPhase
    progress: Progress

    def __post_init__(self) -> None:
        self.bringer = Bringer(self.settings)
        self._library = Library(self.settings.library_database)

    def choose(self) -> tuple[list[Pick], int]:
        """Pick and record; returns the picks and how many selections changed."""
        while True:
            assets = self._read()
            picks = self._pick(assets)
            with self._library.writing() as session:
                movie = present_movie(session, self.movie_id)
                is_as_read = _locks(session, movie) == assets.locks
                if not (is_as_read and _are_there(session, assets, picks)):
                    # A person has chosen something meanwhile, or it is another movie now. What
                    # was fetched is there.
                    continue
                changed = record_picks(session, movie, picks, datetime.now(UTC))
                record_judgements(session, movie, self.phase, self.settings.providers)
                return picks, changed

    def fetch_pictures(self) -> int:
        """Bring the actors' pictures into the cache; returns how many are there."""
        with self._library.reading() as session:
            cast = session.scalars(
                select(Credit)
                .where(Credit.movie_id == self.movie_id, Credit.kind == "cast")
                .order_by(Credit.position, Credit.id)
                .limit(MOST_ACTORS)
            ).all()
        there = 0
        for number, credit in enumerate(cast):
            self.progress(number, len(cast), credit.name)
            there += bool(credit.picture_url) and self.bringer.picture(credit)
        return there

    def _read(self) -> Assets:
        with self._library.reading() as session:
            movie = present_movie(session, self.movie_id)
            return read_assets(session, movie, self.settings.http.max_image_pixels)

    def _pick(self, assets: Assets) -> list[Pick]:
        picker = Picker(assets, self.phase, self.bringer)
        picks: list[Pick] = []
        for number, kind in enumerate(ASSET_KINDS):
            self.progress(number, len(ASSET_KINDS), kind)
            picks += picker.pick(kind, self.settings.providers.order_of(kind))
        return picks


def _are_there(session: Session, assets: Assets, picks: Sequence[Pick]) -> bool:
    picked = [assets.candidate(pick.candidate_id) for pick in picks]
    return all(present(session, candidate) for candidate in picked if candidate is not None)


def _locks(session: Session, movie: Movie) -> frozenset[tuple[str, int, int | None]]:
    return locks_of(selections_of(session, movie), frozenset(movie.locked_fields))
