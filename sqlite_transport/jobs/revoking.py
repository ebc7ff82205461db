"""Telling who waits for a task's result that it was cancelled, as a Celery worker does."""

import logging
from collections.abc import Iterable
from typing import Any

from celery import states
from celery.app.task import Context
from celery.backends.base import DisabledBackend
from kombu.message import Message
from kombu.serialization import prepare_accept_content
from kombu.utils.json import loads

from sqlite_transport.cancelling import Sent
from sqlite_transport.queue import BY_OPERATOR

logger = logging.getLogger("sqlite_transport")


def tell_revoked(app: Any, messages: Iterable[Sent]) -> None:
    """Store that these tasks are revoked, and return them to their chords.

    The jobs are cancelled already: what goes wrong here is told in the log.
    """
    for message in messages:
        try:
            _tell(app, message)
        except Exception:
            logger.exception(
                "Job %d is cancelled, but who waits for task %s is not told",
                message.id,
                message.task_id,
            )


def _tell(app: Any, message: Sent) -> None:
    headers = loads(message.headers)
    if message.task_id is None or "task" not in headers:
        return
    task = app.tasks.get(message.type)
    backend = app.backend if task is None else task.backend
    if isinstance(backend, DisabledBackend):
        return
    request = _request(app, message, headers)
    stores = _stores(app, task, headers)
    if not stores and not request.chord:
        return
    # Over rpc:// a look at the state would make a queue.
    if backend.as_uri() != "rpc://" and backend.get_state(message.task_id) in states.READY_STATES:
        return
    backend.mark_as_revoked(message.task_id, BY_OPERATOR, request=request, store_result=stores)


def _request(app: Any, message: Sent, headers: dict[str, Any]) -> Context:
    properties = loads(message.properties)
    args, kwargs, embed = Message(
        body=message.payload,
        content_type=message.content_type,
        content_encoding=message.content_encoding,
        headers=headers,
        accept=prepare_accept_content(app.conf.accept_content),
        postencode="utf-8",
    ).payload
    return Context(
        headers,
        args=args,
        kwargs=kwargs,
        properties=properties,
        reply_to=properties.get("reply_to"),
        correlation_id=properties.get("correlation_id"),
        delivery_info=properties.get("delivery_info") or {},
        **(embed or {}),
    )


def _stores(app: Any, task: Any, headers: dict[str, Any]) -> bool:
    """Tell whether the task's failures are stored."""
    conf = app.conf
    ignored = headers.get("ignore_result")
    if ignored is None:
        ignored = conf.task_ignore_result if task is None else task.ignore_result
    even_so = (
        conf.task_store_errors_even_if_ignored
        if task is None
        else task.store_errors_even_if_ignored
    )
    return not ignored or bool(even_so)
