"""From the status of an answer to the error that it means."""

import json
import time
from collections.abc import Mapping

from media.errors import (
    MediaError,
    NotFoundAtServiceError,
    RateLimitedError,
    ServiceFailedError,
    ServiceRefusedError,
)
from media.outside.retry_after import UNSAID, retry_after

# Under which of these a service says what is wrong.
_REASONS = ("status_message", "message", "error message", "error")
_LONGEST_REASON = 200


def refusal(status: int, headers: Mapping[str, str], body: bytes) -> MediaError:
    """Return the error for an answer with `status`, which is no success."""
    said = f"answered {status}{_reason(body)}"
    seconds = retry_after(headers, time.time())
    if status == 429:
        return RateLimitedError(said, retry_after=UNSAID if seconds is None else seconds)
    if status >= 500:
        return ServiceFailedError(said, retry_after=seconds)
    if status in (404, 410):
        return NotFoundAtServiceError(said)
    if 300 <= status <= 399:
        return ServiceRefusedError(f"{said}, a redirect; set the address that it leads to", status)
    if status == 401:
        said += "; check its key, or user name and password"
    return ServiceRefusedError(said, status)


def _reason(body: bytes) -> str:
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        return ""
    if not isinstance(said, dict):
        return ""
    reasons = [said[key] for key in _REASONS if isinstance(said.get(key), str)]
    return f": {' '.join(reasons[0].split())[:_LONGEST_REASON]}" if reasons else ""
