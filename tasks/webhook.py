"""The jobs `webhook` and `webhook-received`: take what Radarr or Sonarr reports."""

from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

from media.movie import KnownMovie
from media.webhooks import Received, receive
from tasks.chain import send
from tasks.configuration import Configuration, configuration
from tasks.job import job
from tasks.notify_players import send_notify_players
from tasks.request import Origin
from tasks.scan_movie import ScanRequest


class WebhookBody(BaseModel):
    """A webhook's body, whatever is in it: the service tells whether it is a right one."""

    model_config = ConfigDict(extra="allow", frozen=True)


def _webhook(self: Any, body: WebhookBody) -> dict[str, object]:
    """Take one webhook; returns what came of it.

    A movie's Download or Rename sends `scan-movie`, which begins when the window for
    further webhooks of its directory ends. What was deleted and what Sonarr reports sends
    `notify-players`. The rest is recorded. A webhook that is run twice is recorded
    once, and sends again what may not have been sent.

    Tried again while the library's disk or its database is not there. Never tried
    again, for only a person can mend it, but recorded:

    - `InvalidWebhookError`: the payload is not what they send, and which fields are wrong;
    - `PathNotMappedError`: no mapping covers the path of the movie or series;
    - `InvalidPathError`: the path is relative or climbs with `..`;
    - `OutsideLibraryError`: it is in no library, or a symbolic link leads out of it;
    - `UnreadableFileError`: whether a movie is gone cannot be seen;
    - `SettingsError`: a setting cannot be used.
    """
    config = configuration()
    received = receive(body.model_dump(), config.settings, self.request.id, config.phases.scan)
    return received.as_json() | {"job": _send_next(received, config)}


def _send_next(received: Received, config: Configuration) -> str | None:
    if received.next == "notify":
        return send_notify_players(config, Origin.AUTOMATIC)
    if received.next is None or received.directory is None:
        return None
    scan = ScanRequest(directory=Path(received.directory), movie=received.known or KnownMovie())
    return send("scan-movie", scan, eta=received.start_at)


webhook = job("webhook", WebhookBody)(_webhook)
# The same job under its later name.
webhook_received = job("webhook-received", WebhookBody)(_webhook)
