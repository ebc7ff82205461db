"""What every part of `JobsElsewhere` stands on."""

from typing import Any, NoReturn

from sqlite_transport.jobs.errors import NotOnThisBroker
from sqlite_transport.options import Options


class Part:
    """An app whose broker is no SQLite file.

    app: the Celery application. options: what its `broker_transport_options`
        say of the history. scheme: its broker's, such as `redis`.
    """

    def __init__(self, app: Any, options: Options, scheme: str) -> None:
        self.app = app
        self.options = options
        self.scheme = scheme

    def _refuse(self, verb: str, instead: str) -> NoReturn:
        raise NotOnThisBroker(f"{verb} cannot be done on {self.scheme}://: {instead}")
