"""What all workers know together of the services outside."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Mapped, mapped_column

from media.library.models.base import Base


class OutsideService(Base):
    """How a service outside is doing. Times are seconds since 1970.

    `next_request_at` is when its rate allows the next request; `blocked_until`
    what it asked for itself (Retry-After). After too many failures in a row no
    request is made until `open_until`; then whoever takes `probe_until` makes one.
    """

    __tablename__ = "outside_services"

    name: Mapped[str] = mapped_column(primary_key=True)
    next_request_at: Mapped[float] = mapped_column(default=0.0)
    blocked_until: Mapped[float] = mapped_column(default=0.0)
    failures: Mapped[int] = mapped_column(default=0)
    open_until: Mapped[float] = mapped_column(default=0.0)
    probe_until: Mapped[float] = mapped_column(default=0.0)
    last_error: Mapped[str | None]
    updated_at: Mapped[datetime | None]


class ProviderState(Base):
    """What is kept of a provider between jobs.

    `changes_until` is up to when its changes were asked for; `token` and
    `configuration` are what it gave us, until they expire.
    """

    __tablename__ = "provider_states"

    provider: Mapped[str] = mapped_column(primary_key=True)
    changes_until: Mapped[datetime | None]
    token: Mapped[str | None]
    token_expires_at: Mapped[datetime | None]
    configuration: Mapped[dict[str, Any] | None]
    configuration_expires_at: Mapped[datetime | None]
