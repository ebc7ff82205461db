"""Exceptions as the history tells them."""

from signal import Signals

from billiard.einfo import ExceptionInfo, ExceptionWithTraceback
from celery.exceptions import Reject, SoftTimeLimitExceeded, TimeLimitExceeded
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
    """Return the exception's type and message; one that cannot say it is told by its type."""
    name = type(error).__name__
    try:
        message = _message(error)
    except Exception:
        message = "(its message cannot be told)"
    return f"{name}: {message}" if message else name


def _message(error: BaseException) -> str:
    if isinstance(error, Reject):
        return str(safe_repr(error.reason))
    if isinstance(error, (TimeLimitExceeded, SoftTimeLimitExceeded)):
        (seconds,) = error.args or ("",)
        return f"{seconds:g} s" if isinstance(seconds, (int, float)) else str(seconds)
    return str(error)


def signal_name(signal: object) -> str:
    """Return a signal's name, of its number or of what Celery says of it."""
    try:
        return Signals(signal).name if isinstance(signal, int) else str(signal)
    except ValueError:  # a real-time one has none
        return str(signal)
