"""The phase configuration: what each phase of a movie's way does."""

from media.phases.models import (
    EnrichmentPhase,
    Phase,
    Phases,
    PlayerSyncPhase,
    PublishPhase,
    ScanPhase,
)
from media.phases.store import PhaseConfiguration

__all__ = [
    "EnrichmentPhase",
    "Phase",
    "PhaseConfiguration",
    "Phases",
    "PlayerSyncPhase",
    "PublishPhase",
    "ScanPhase",
]
