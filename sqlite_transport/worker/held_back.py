"""How a pool process tells that it has not begun a job, since its gate is shut."""

from celery.exceptions import Reject


class HeldBack(Reject):
    """The job did not begin; the worker gives it back, and nothing is spent."""

    def __init__(self, reason: str = "") -> None:
        super().__init__(reason, requeue=True)

    def __reduce__(self) -> tuple[type["HeldBack"], tuple[object]]:
        return type(self), (self.reason,)
