"""What every part of `Jobs` stands on."""

from typing import Any

from sqlite_transport.broker import Broker
from sqlite_transport.options import Options


class Part:
    """An app and its file.

    app: the Celery application. options: what its broker's URL and
        `broker_transport_options` say.
    """

    def __init__(self, app: Any, broker: Broker, options: Options) -> None:
        self.app = app
        self.broker = broker
        self.options = options
