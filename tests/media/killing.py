"""Kill a process at any point of what it does to the library."""

import os
import signal
from collections.abc import Callable

from sqlalchemy import event
from sqlalchemy.engine import Engine


def killed_at(statement: int, call: Callable[[], object]) -> bool:
    """Run `call` in a child that is killed before its SQL statement of that number."""
    child = os.fork()
    if not child:
        left = [statement]

        def _count(*_: object) -> None:
            left[0] -= 1
            if left[0] < 0:
                os.kill(os.getpid(), signal.SIGKILL)

        event.listen(Engine, "before_cursor_execute", _count)
        event.listen(Engine, "commit", _count)
        try:
            call()
        except BaseException:
            os._exit(1)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    assert status == 0 or os.WTERMSIG(status) == signal.SIGKILL
    return status != 0
