"""How good a candidate is, as one number.

The thousands tell whether its language is wanted, the hundreds whose it is, and the
rest its own quality. So a preferred provider always comes before another one, and
never with a picture in a foreign language before one in the right one.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from media.asset_kinds import TRAILER
from media.library.models import Candidate
from media.phases import EnrichmentPhase

# Where text on the picture is unwanted.
_TEXTLESS_KINDS = ("fanart", "keyart")
# Width and height in pixels from which on more is no better.
_IDEAL = {
    "poster": (2000, 3000),
    "keyart": (2000, 3000),
    "fanart": (3840, 2160),
    "landscape": (1920, 1080),
    "clearlogo": (800, 310),
    "clearart": (1000, 562),
    "discart": (1000, 1000),
    "banner": (1000, 185),
    "characterart": (1000, 1000),
}
# What fanart.tv, which tells no sizes, asks of its pictures. It is their HD variants' size
# where there are two, so a small logo is found out before it is taken for a large one.
_USUAL = {
    **_IDEAL,
    "poster": (1000, 1426),
    "keyart": (1000, 1426),
    "fanart": (1920, 1080),
    "landscape": (1000, 562),
}
_FULL_HD = 1080
_FOR_SIZE, _FOR_VOTES, _FOR_OFFICIAL = 50, 40, 40
# So many votes for the middle are added, lest one enthusiast outweighs hundreds.
_SCEPTICAL_VOTES, _MIDDLE = 20, 5.0


@dataclass(frozen=True)
class Taste:
    """What is preferred: `language` is as in `pt`, `region` as in `BR`, the first provider most."""

    language: str
    region: str
    providers: Sequence[str]

    @classmethod
    def of(cls, phase: EnrichmentPhase, providers: Sequence[str]) -> "Taste":
        """Return the taste of the configuration."""
        return cls(phase.language, phase.region, providers)


def score(candidate: Candidate, taste: Taste) -> float:
    """Return the score of a candidate whose provider is one of the taste's."""
    provider = len(taste.providers) - taste.providers.index(candidate.provider)
    points = 1000 * _language_rank(candidate, taste) + 100 * provider + _quality(candidate)
    return round(points, 3)


def _language_rank(candidate: Candidate, taste: Taste) -> int:
    """Return 5 for the best language down to 0 for a foreign one."""
    if candidate.kind in _TEXTLESS_KINDS and _is_textless(candidate):
        return 5
    if candidate.language is None:
        return 2
    language, _, region = candidate.language.partition("-")
    if language == taste.language:
        return 4 if region in ("", taste.region) else 3
    return 1 if language == "en" else 0


def _is_textless(candidate: Candidate) -> bool:
    if candidate.is_textless is None:
        return candidate.language is None
    return candidate.is_textless


def _quality(candidate: Candidate) -> float:
    if candidate.kind == TRAILER:
        # A provider tells a video's height.
        size = min(1.0, (candidate.height or 0) / _FULL_HD)
        return _FOR_SIZE * size + _FOR_OFFICIAL * bool(candidate.is_official)
    return _FOR_SIZE * _size(candidate) + _FOR_VOTES * _popularity(candidate)


def _size(candidate: Candidate) -> float:
    """Return the share of the ideal size, from 0 to 1; of the usual one where none is told."""
    ideal_width, ideal_height = _IDEAL[candidate.kind]
    width, height = _USUAL[candidate.kind]
    if candidate.width is not None and candidate.height is not None:
        width, height = candidate.width, candidate.height
    return min(1.0, width * height / (ideal_width * ideal_height))


def _popularity(candidate: Candidate) -> float:
    """Return from 0 to 1 what the provider's users think of it."""
    votes = max(0, candidate.votes or 0)
    if candidate.vote_average is None:
        # Likes: the more the better.
        return votes / (votes + _SCEPTICAL_VOTES)
    total = candidate.vote_average * votes + _MIDDLE * _SCEPTICAL_VOTES
    return total / (votes + _SCEPTICAL_VOTES) / 10
