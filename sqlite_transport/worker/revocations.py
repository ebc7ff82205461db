"""Tasks that this worker remembers as revoked, and that an operator has put back since.

Celery keeps the ids of revoked tasks in memory, for hours, and discards what
comes with one of them. A task that is retried by hand has its id still.
"""

import time
from collections.abc import Mapping
from typing import Any

from celery.worker.state import revoked

from sqlite_transport.retrying import WANTED_SINCE


def forget_if_wanted(task_id: str, headers: Mapping[str, Any]) -> None:
    """Forget that the task was revoked, if its message says that it is wanted since then."""
    wanted_since = headers.get(WANTED_SINCE)
    if not isinstance(wanted_since, (int, float)) or task_id not in revoked:
        return
    # Celery notes the time by a clock that counts from the machine's start.
    revoked_at = time.time() - (time.monotonic() - revoked.as_dict()[task_id])
    if revoked_at <= wanted_since:
        revoked.discard(task_id)
