"""How much is taken of each kind, and how small is too small."""

from pathlib import PurePosixPath
from urllib.parse import urlsplit

from media.asset_kinds import TRAILER
from media.library.models import Candidate
from media.phases import EnrichmentPhase
from media.scan.file_names import is_video

# What has a natural size of its own, such as a banner, has no least height.
_WITH_LEAST_HEIGHT = ("poster", "keyart", "fanart")
_TOO_SMALL = "too small: "


def most_of(kind: str, phase: EnrichmentPhase) -> int:
    """Return how many of a kind are taken."""
    counts = {
        "poster": phase.max_poster,
        "fanart": phase.max_fanart,
        "clearlogo": phase.max_logo,
        TRAILER: phase.max_trailer,
    }
    return counts.get(kind, 1)


def refusal_of(candidate: Candidate, phase: EnrichmentPhase) -> str | None:
    """Return why a candidate cannot be taken as far as is known, None if it can.

    Too small is what is less than `min_resolution` pixels high; that is told
    anew each time, since the configuration may have changed.
    """
    height = candidate.height
    if (
        candidate.kind in _WITH_LEAST_HEIGHT
        and height is not None
        and height < phase.min_resolution
    ):
        return f"{_TOO_SMALL}{height} pixels high, not {phase.min_resolution}"
    is_outdated = candidate.refused is not None and candidate.refused.startswith(_TOO_SMALL)
    return None if is_outdated else candidate.refused


def is_watched_elsewhere(candidate: Candidate) -> bool:
    """Whether it is a trailer on a page such as YouTube's: there is no file to download."""
    if candidate.kind != TRAILER:
        return False
    address = urlsplit(candidate.url)
    return address.scheme not in ("http", "https") or not is_video(PurePosixPath(address.path).name)
