"""The part of the result backend that stores, reads and forgets results and groups."""

import logging
import threading
import time
from collections.abc import Iterator
from functools import cached_property
from typing import Any

from celery import states
from celery.backends.base import Backend
from celery.exceptions import BackendStoreError, ImproperlyConfigured
from celery.result import result_from_tuple
from kombu.utils.encoding import bytes_to_str
from kombu.utils.functional import retry_over_time

from sqlite_transport import results
from sqlite_transport.database import Database, open_database
from sqlite_transport.errors import Unavailable
from sqlite_transport.location import parse_url
from sqlite_transport.options import read_options
from sqlite_transport.purging import purge, purge_now_and_then
from sqlite_transport.waiters import ring

logger = logging.getLogger("sqlite_transport")

#: Bytes of the largest result: Redis's limit, and half of SQLite's.
LARGEST = 512 * 1024 * 1024

NO_FILE = "the result backend's URL names no file: write for example sqlite:///queue.db"


class _Own(threading.local):
    #: Results of this thread that are to be stored together with their chords' parts.
    held: dict[str, results.Row] | None = None


class Storing(Backend):
    """Celery's `Backend` on the file, without waiting and without chords."""

    persistent = True
    supports_autoexpire = True
    supports_result_compression = True
    supports_failure_expires = True

    def __init__(self, app: Any = None, url: str | None = None, **options: Any) -> None:
        super().__init__(app, url=url, expires_type=float, **options)
        conf = self.app.conf
        transport_options = conf.get("result_backend_transport_options") or {}
        try:
            self._path, query = parse_url(url or "")
            self._options = read_options(query, transport_options)
        except ValueError as error:
            raise ImproperlyConfigured(str(error) if url else NO_FILE) from None
        self.retry_policy = {**Backend.retry_policy, **transport_options.get("retry_policy", {})}
        failure_expires = conf.get("result_failure_expires")
        self.failure_expires = (
            self.expires
            if failure_expires is None
            else self.prepare_expires(failure_expires, type=float)
        )
        self._own = _Own()

    @cached_property
    def database(self) -> Database:
        """Open the file, which is created if it is missing.

        Raises:
            Unusable, Unavailable: with what to do.
        """
        return open_database(self._path, self._options.busy_timeout)

    def as_uri(self, include_password: bool = False) -> str:
        """Return the URL as it was given: it holds no secret."""
        return str(self.url)

    def __reduce__(self, args: Any = (), kwargs: Any = None) -> Any:
        given = {"url": self.url, "expires": self.expires, **(kwargs or {})}
        return super().__reduce__(args, given)

    # -- trouble ----------------------------------------------------------

    def exception_safe_to_retry(self, exc: Exception) -> bool:
        """Tell whether trying again may help: the file was not changed."""
        return isinstance(exc, Unavailable)

    def _patiently(self, do: Any, *arguments: Any) -> Any:
        """Do it, and again while the file cannot be used, as `retry_policy` says."""
        return retry_over_time(do, Unavailable, arguments, errback=_say, **self.retry_policy)

    # -- results ----------------------------------------------------------

    def _store_result(
        self,
        task_id: Any,
        result: Any,
        state: str,
        traceback: Any = None,
        request: Any = None,
        **_: Any,
    ) -> Any:
        meta = self._get_result_meta(
            result=result, state=state, traceback=traceback, request=request
        )
        meta["task_id"] = key = _key("task", task_id)
        expires = self.failure_expires if state == states.FAILURE else self.expires
        now = time.time()
        row = results.Row(key, state, self._payload(meta), now, now + expires if expires else None)
        held = self._own.held
        if held is not None and state in self.READY_STATES and _is_part(request, task_id):
            held[key] = row
        else:
            self._patiently(self._put, row)
        return result

    def _put(self, row: results.Row) -> None:
        if results.store(self.database, row):
            ring(self.database, [row.task_id])
        purge_now_and_then(self.database)

    def _payload(self, value: Any) -> Any:
        payload = self.encode(value)
        if len(payload) > LARGEST:
            raise BackendStoreError(f"a result of {len(payload)} bytes is too large")
        return payload

    def _get_task_meta_for(self, task_id: Any) -> Any:
        payload = results.read(self.database, _key("task", task_id), time.time())
        if payload is None:
            return {"status": states.PENDING, "result": None}
        return self.decode_result(payload)

    def task_result_exists(self, task_id: Any) -> bool:
        """Tell whether there is a result, of whatever state."""
        return results.exists(self.database, _key("task", task_id), time.time())

    def _forget(self, task_id: Any) -> None:
        results.forget(self.database, _key("task", task_id))

    def cleanup(self) -> None:
        """Delete all that has expired now; it is deleted by and by without this too."""
        purge(self.database)

    # -- groups -----------------------------------------------------------

    def _save_group(self, group_id: Any, result: Any) -> Any:
        self._keep_group(group_id, result, self.expires)
        return result

    def _keep_group(self, group_id: Any, result: Any, expires: float | None) -> None:
        now = time.time()
        payload = self._payload({"result": result.as_tuple()})
        expires_at = now + expires if expires else None
        key = _key("group", group_id)
        self._patiently(results.store_group, self.database, key, payload, now, expires_at)

    def _restore_group(self, group_id: Any) -> Any:
        payload = results.read_group(self.database, _key("group", group_id), time.time())
        if payload is None:
            return None
        meta = self.decode(payload)
        meta["result"] = result_from_tuple(meta["result"], self.app)
        return meta

    def _delete_group(self, group_id: Any) -> None:
        results.forget_group(self.database, _key("group", group_id))


def _say(error: Exception, intervals: Iterator[float], _: int) -> float:
    logger.error("%s. Trying again.", error)
    return next(intervals)


def _key(kind: str, name: Any) -> str:
    if not name:
        raise ValueError(f"{kind}_id must not be empty. Got {name} instead.")
    return bytes_to_str(name) if isinstance(name, bytes) else str(name)


def _is_part(request: Any, task_id: Any) -> bool:
    return bool(request and request.chord and request.group and request.id == task_id)
