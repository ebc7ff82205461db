"""The one job that waits for a player who cannot be told now.

Whichever job finds a player away leaves what it could not tell to this one, and
ends. It is sent if there is none: the broker sees to that (`unique`), and that no two of a player's
jobs run at once (`limit_on`). So however many events come meanwhile, one job tries again.
"""

from typing import Any

from celery.utils.log import get_task_logger

from media.errors import MediaError, PassingError
from media.players import newest_waiting
from media.settings import read_settings
from tasks.chain import send
from tasks.notify_players import NotifyPlayerRequest
from tasks.priority import Priority
from tasks.request import Origin
from tasks.retry import is_spent, wait_after

logger = get_task_logger(__name__)


def leave_to_who_waits(
    task: Any, request: NotifyPlayerRequest, error: PassingError
) -> dict[str, object] | None:
    """Leave the player to the job that waits for it; returns the answer of who is not that one.

    Who is, goes on waiting. If it has waited for as long as it may, it fails; what came
    meanwhile has not, and is left to a new one. Where the broker does not see to it that there is
    one, who came later takes the earlier one's place.
    """
    if request.waits and _newest(request) <= request.newest:
        return None
    if request.waits and not task.is_enforced:
        return _answer(request, "the job of what came since", error)
    if request.waits and not is_spent(task, error):
        return None
    job_id = _send_who_waits(task, request, error)
    logger.warning("left to %s, which tries again: %s", job_id, error)
    return None if request.waits else _answer(request, job_id, error)


def _answer(request: NotifyPlayerRequest, left_to: str, error: PassingError) -> dict[str, object]:
    reason = f"{type(error).__name__}: {error}"
    return {"player": request.player, "left_to": left_to, "reason": reason}


def _send_who_waits(task: Any, request: NotifyPlayerRequest, error: PassingError) -> str:
    waiting = request.model_copy(
        update={"waits": True, "newest": _newest(request), "origin": Origin.AUTOMATIC}
    )
    # It waits for everybody who asked, a person perhaps: it is as urgent as that.
    return send(task.name, waiting, countdown=wait_after(task, error), priority=int(Priority.HIGH))


def _newest(request: NotifyPlayerRequest) -> int:
    try:
        return newest_waiting(request.player, read_settings())
    except MediaError:
        return 0  # the error that is at hand may be just this one
