"""Tasks that are limited by some of their arguments: the option `limit_on`."""

from typing import Any

from sqlite_transport.task.arguments import Arguments, key_of
from sqlite_transport.task.enforcing import Enforcing

HEADER = "limit_key"


class Limited(Enforcing, Arguments):
    """A task whose jobs are limited together if they have the same arguments.

    limit_on: the names of the arguments that count; none by default. They make
        the job's `limit_key`.
    """

    abstract = True
    limit_on: tuple[str, ...] = ()

    @classmethod
    def on_bound(cls, app: Any) -> None:
        """Check the option.

        Raises:
            ImproperlyConfigured: with what it may be.
        """
        super().on_bound(app)
        cls.check_names("limit_on", cls.limit_on)

    def apply_async(
        self,
        args: Any = None,
        kwargs: Any = None,
        task_id: str | None = None,
        *others: Any,
        **options: Any,
    ) -> Any:
        """Send the task with its key."""
        if self.limit_on and self.is_enforced:
            arguments = self.named(args or (), kwargs or {})
            if arguments is not None:
                key = key_of(arguments, self.limit_on, "limit_on")
                options["headers"] = {**(options.get("headers") or {}), HEADER: key}
        return super().apply_async(args, kwargs, task_id, *others, **options)
