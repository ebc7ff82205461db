"""Wait until a worker itself knows what its pool's processes have done.

Celery's main process hears of it from its children a little later than a test does. A
signal that comes in between finds the job in no list, and leaving takes half a
minute or more: Celery's and billiard's own gap.
"""

from .deployment import Deployment
from .waiting import eventually


def wait_until_begun(deployment: Deployment, *keys: str) -> None:
    """Wait until the jobs with these keys run, and their worker knows it."""
    deployment.journal.expect_keys(set(keys), "started")
    eventually(lambda: _active(deployment) >= len(keys))


def wait_until_idle(deployment: Deployment) -> None:
    """Wait until the worker knows that nothing runs."""
    eventually(lambda: _active(deployment) == 0)


def _active(deployment: Deployment) -> int:
    """Return how many jobs run to the knowledge of the one worker, -1 if it does not answer."""
    answers = deployment.app.control.inspect(timeout=60, limit=1).active() or {}
    return sum(len(active) for active in answers.values()) if answers else -1
