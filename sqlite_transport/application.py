"""Which file a Celery application's broker is."""

from pathlib import Path
from typing import Any

from sqlite_transport.broker import Broker, open_broker
from sqlite_transport.location import SCHEME, parse_url
from sqlite_transport.options import Options, read_options


def location_of(app: Any) -> tuple[Path, Options] | None:
    """Return where the application's file is and what it was told; nothing is opened.

    Raises:
        ValueError: the URL or an option is wrong.
    """
    with app.connection_for_write() as connection:
        url = str(connection.hostname or "")
        settings = connection.transport_options or {}
    if not url.startswith(SCHEME):
        return None
    path, query = parse_url(url)
    return path, read_options(query, settings, path)


def file_of(app: Any) -> tuple[Broker, Options] | None:
    """Return the application's file and what it was told, None if its broker is another one.

    Raises:
        ValueError: the URL or an option is wrong.
        OperationalError: the file cannot be used, and why.
    """
    found = location_of(app)
    if found is None:
        return None
    path, options = found
    return open_broker(path, options.busy_timeout), options
