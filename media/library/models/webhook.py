"""The webhooks that came in."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index
from sqlalchemy.orm import Mapped, mapped_column

from media.library.models.base import Base


class WebhookEvent(Base):
    """A webhook as it came, and what came of it.

    `source` is `radarr`, `sonarr` or `unknown`; `directory` the local one that it
    is about; `outcome` one of `media.webhooks.Outcome`, `error` the failure's sentence.
    `fingerprint` is the same for the same event. `job_id` is the task that took it, by
    which a webhook that is taken twice is known.
    """

    __tablename__ = "webhook_events"
    __table_args__ = (Index("ix_webhook_events_directory", "directory", "received_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    job_id: Mapped[str | None] = mapped_column(unique=True)
    source: Mapped[str]
    instance: Mapped[str]
    event_type: Mapped[str]
    fingerprint: Mapped[str]
    payload: Mapped[Any] = mapped_column(JSON)
    directory: Mapped[str | None]
    outcome: Mapped[str]
    error: Mapped[str | None]
    received_at: Mapped[datetime] = mapped_column(index=True)
