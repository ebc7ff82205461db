"""Where the results of an application's tasks are, for whoever is not the tasks' sender."""

from typing import Any

from celery.backends.base import DisabledBackend


def result_backend(app: Any, type_: str | None = None) -> Any:
    """Return the backend of a type's results, by default the application's own.

    None if there is none, or it is rpc://, over which a look takes the result
    away from who waits for it.
    """
    task = None if type_ is None else app.tasks.get(type_)
    backend = app.backend if task is None else task.backend
    if isinstance(backend, DisabledBackend) or backend.as_uri() == "rpc://":
        return None
    return backend
