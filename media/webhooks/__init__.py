"""Webhooks of Radarr and Sonarr: read, recorded, and what follows from them."""

from media.webhooks.envelope import MAX_PAYLOAD_BYTES
from media.webhooks.outcome import Outcome
from media.webhooks.received import Received
from media.webhooks.receiving import receive
from media.webhooks.source import Source

__all__ = ["MAX_PAYLOAD_BYTES", "Outcome", "Received", "Source", "receive"]
