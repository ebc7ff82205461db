"""What a worker does for its history when it starts and when it ends."""

import atexit
import logging
from importlib import import_module
from typing import Any

from celery import signals
from kombu.exceptions import OperationalError
from kombu.utils.imports import symbol_by_name

from sqlite_transport.broker import open_broker
from sqlite_transport.errors import Unavailable, Unusable
from sqlite_transport.location import SCHEME, parse_url
from sqlite_transport.options import Options, read_options
from sqlite_transport.worker import limiting, recorder

logger = logging.getLogger("sqlite_transport")

CONSUMER = "celery.worker.consumer:Consumer"
OUR_CONSUMER = "sqlite_transport.worker.undecodable:Consumer"


def connect() -> None:
    """Listen to Celery's words on its start and end; calling it again is harmless."""
    signals.worker_init.connect(_on_init)
    signals.worker_shutdown.connect(_on_shutdown)


def _on_init(sender: Any = None, **_: Any) -> None:
    """Look at `history_url` before any job is taken.

    A database that is only away now is told of in the log.

    Raises:
        SystemExit: it can never work; with a sentence that says why.
    """
    connection = sender._conninfo
    url = str(connection.hostname or "")
    if not url.startswith(SCHEME):
        # A file knows its pauses by itself.
        import_module("sqlite_transport.worker.pausing")
    try:
        options = _options(url, connection.transport_options or {})
        limits = limiting.limits_of(sender.app.tasks)
        if options.history_url:
            _begin(options, is_ours=url.startswith(SCHEME))
    except (ValueError, Unusable) as error:
        raise SystemExit(f"The worker does not start: {error}") from error
    if symbol_by_name(sender.consumer_cls) is symbol_by_name(CONSUMER):
        sender.consumer_cls = OUR_CONSUMER
    _limit(limits, url, options)


def _options(url: str, settings: dict[str, Any]) -> Options:
    if not url.startswith(SCHEME):
        return read_options({}, settings)
    path, query = parse_url(url)
    return read_options(query, settings, path)


def _begin(options: Options, is_ours: bool) -> None:
    """Make the tables, and record what ends here; a file of ours is its own recorder."""
    # It brings SQLAlchemy along, which takes a while to import.
    from sqlite_transport.history_store.store import Store

    store = Store(options.history_url)
    try:
        store.prepare()
    except Unavailable as error:
        logger.error(
            "The history cannot be written now: %s. Jobs run, and it is tried again.", error
        )
    finally:
        # Nothing of it may cross the forks of the pool.
        store.close()
    if not is_ours:
        recorder.begin(recorder.Recorder(store, options.retention()))


def _limit(limits: dict[str, dict[str, Any]], url: str, options: Options) -> None:
    """Have the limits hold that the code declares, before any job is taken."""
    if not url.startswith(SCHEME):
        limiting.warn(limits, url)
        return
    try:
        limiting.declare(open_broker(parse_url(url)[0], options.busy_timeout), limits)
    except OperationalError as error:
        logger.error("%s. The limits of the tasks may not be those of this code.", error)


def _on_shutdown(**_: Any) -> None:
    recorder.end()


atexit.register(_on_shutdown)
