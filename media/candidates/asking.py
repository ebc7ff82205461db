"""Ask each provider that is configured what it has for a movie."""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from media.asset_kinds import ASSET_KINDS
from media.errors import LastingError, NotFoundAtServiceError, PassingError
from media.phases import EnrichmentPhase
from media.providers.fanart import Fanart
from media.providers.image import ProviderImage
from media.providers.tmdb import Tmdb
from media.providers.tvdb import Tvdb
from media.settings import Settings

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class MovieIds:
    """How the providers call the movie."""

    tmdb_id: int | None
    imdb_id: str | None
    tvdb_id: int | None


@dataclass(frozen=True)
class Answers:
    """What each provider offers by its name, and why others did not answer.

    `passing` are those that may answer later; `failed` is what the others said instead.
    """

    offered: Mapping[str, Sequence[ProviderImage]]
    passing: Mapping[str, PassingError]
    failed: Mapping[str, str]


def ask_all(ids: MovieIds, settings: Settings, phase: EnrichmentPhase) -> Answers:
    """Ask the providers one after the other; the failure of one is not the others'.

    A provider without a key is not asked, nor one that no kind of artwork is to
    be taken from. Kinds that a provider is not to be asked for are left out.
    """
    offered: dict[str, Sequence[ProviderImage]] = {}
    passing: dict[str, PassingError] = {}
    failed: dict[str, str] = {}
    for name, ask in _providers(ids, settings, phase).items():
        try:
            images = ask()
        except PassingError as error:
            passing[name] = error
        except LastingError as error:
            logger.warning("%s gave no artwork: %s", name, error)
            failed[name] = str(error)
        else:
            kinds = _kinds_of(name, settings)
            offered[name] = [image for image in images if image.kind in kinds]
    return Answers(offered, passing, failed)


def _providers(
    ids: MovieIds, settings: Settings, phase: EnrichmentPhase
) -> dict[str, Callable[[], Sequence[ProviderImage]]]:
    providers = settings.providers
    every = {
        "tmdb": (providers.tmdb.is_configured, lambda: _ask_tmdb(ids, settings, phase)),
        "fanart": (providers.fanart.is_configured, lambda: _ask_fanart(ids, settings)),
        "tvdb": (providers.tvdb.is_configured, lambda: _ask_tvdb(ids, settings)),
    }
    return {
        name: ask
        for name, (is_configured, ask) in every.items()
        if is_configured and _kinds_of(name, settings)
    }


def _kinds_of(provider: str, settings: Settings) -> frozenset[str]:
    orders = {kind: settings.providers.order_of(kind) for kind in ASSET_KINDS}
    return frozenset(kind for kind, order in orders.items() if provider in order)


def _ask_tmdb(ids: MovieIds, settings: Settings, phase: EnrichmentPhase) -> Sequence[ProviderImage]:
    with Tmdb(settings) as tmdb:
        number = ids.tmdb_id
        if number is None and ids.imdb_id:
            number = tmdb.find_by_imdb(ids.imdb_id)
        if number is None:
            return []
        try:
            return tmdb.movie(number, phase.language, phase.region).images()
        except NotFoundAtServiceError:
            return []


def _ask_fanart(ids: MovieIds, settings: Settings) -> Sequence[ProviderImage]:
    with Fanart(settings) as fanart:
        return fanart.images(ids.tmdb_id, ids.imdb_id)


def _ask_tvdb(ids: MovieIds, settings: Settings) -> Sequence[ProviderImage]:
    with Tvdb(settings) as tvdb:
        return tvdb.images(ids.tvdb_id, ids.imdb_id)
