"""The class of all jobs."""

from typing import Any

from sqlite_transport.task import Task
from tasks.priority import priority_of
from tasks.request import Origin


class MediaTask(Task):
    """A task that is as urgent as whoever asked for it."""

    abstract = True

    def apply_async(
        self, args: Any = None, kwargs: Any = None, *others: Any, **options: Any
    ) -> Any:
        """Send the job; `origin` among its arguments decides its priority if none is given."""
        if options.get("priority") is None and (origin := _origin(args, kwargs)):
            options["priority"] = int(priority_of(self.name, origin))
        return super().apply_async(args, kwargs, *others, **options)


def _origin(args: Any, kwargs: Any) -> Origin | None:
    """Return who asks, None where nobody said so or it is no origin: the payload's check tells."""
    first = args[0] if args else None
    fields = first if isinstance(first, dict) else getattr(first, "__dict__", {})
    said = (kwargs or {}).get("origin", fields.get("origin"))
    return Origin(said) if said in list(Origin) else None
