"""Exceptions as the history tells them."""

from billiard.einfo import ExceptionInfo, ExceptionWithTraceback
from celery.exceptions import Reject
from celery.utils.serialization import get_pickled_exception
from kombu.utils.encoding import safe_repr


def cause_of(exc_info: ExceptionInfo) -> BaseException:
    """Return the exception itself, out of what a pool process wraps it in."""
    error = exc_info.exception
    if isinstance(error, ExceptionWithTraceback):
        error = error.exc
    unwrapped: BaseException = get_pickled_exception(error)
    return unwrapped


def describe(error: BaseException) -> str:
    """Return the exception's type and message."""
    name = type(error).__name__
    message = safe_repr(error.reason) if isinstance(error, Reject) else str(error)
    return f"{name}: {message}" if message else name
