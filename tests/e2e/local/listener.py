"""`celery events --dump`, known to listen."""

from .deployment import Deployment
from .process import LocalProcess
from .waiting import eventually


def start_listener(deployment: Deployment) -> LocalProcess:
    """Start it, and wait until an event reaches it: it says too early that it is ready."""
    listener = deployment.start("events", "--dump")
    with deployment.app.events.default_dispatcher(hostname="probe", enabled=True) as dispatcher:

        def heard() -> bool:
            dispatcher.send("test-probe")
            return b"] test probe" in listener.logs()

        eventually(heard, interval=0.1, explain=listener.logs)
    return listener
