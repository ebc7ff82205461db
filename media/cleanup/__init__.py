"""Take away what nobody needs any more, while other jobs run."""

from media.cleanup.expiration import ExpirationSummary, expire_soft_deleted
from media.cleanup.old_events import remove_old_events
from media.cleanup.old_logs import remove_old_logs
from media.cleanup.orphans import OrphanSummary, cleanup_cache_orphans
from media.cleanup.temporaries import TemporariesSummary, remove_temporaries

__all__ = [
    "ExpirationSummary",
    "OrphanSummary",
    "TemporariesSummary",
    "cleanup_cache_orphans",
    "expire_soft_deleted",
    "remove_old_events",
    "remove_old_logs",
    "remove_temporaries",
]
