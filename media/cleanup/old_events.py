"""Delete webhooks that came long ago."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import delete, exists

from media.library.database import Library
from media.library.models import Batch, Directory, WebhookEvent
from media.settings import Settings


def remove_old_events(settings: Settings) -> int:
    """Delete webhooks older than the settings keep them, and walks that are over.

    Returns how many webhooks went.
    """
    limit = datetime.now(UTC) - timedelta(days=settings.retention.webhooks_days)
    is_named = exists().where(Directory.batch_id == Batch.id)
    with Library(settings.library_database).writing() as session:
        removed = session.connection().execute(
            delete(WebhookEvent).where(WebhookEvent.received_at < limit)
        )
        session.execute(delete(Batch).where(Batch.started_at < limit, ~is_named))
    return removed.rowcount
