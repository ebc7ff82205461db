"""Being told what happens, as it happens."""

from collections.abc import Collection

from sqlite_transport.event_triggers import NAMES
from sqlite_transport.events import MISSED
from sqlite_transport.jobs.errors import JobError
from sqlite_transport.jobs.part import Part
from sqlite_transport.jobs.subscription import Subscription


class Watching(Part):
    """The part of `Jobs` that listens."""

    def events(
        self,
        *,
        names: Collection[str] | str | None = None,
        timeout: float | None = None,
        after: int | None = None,
    ) -> Subscription:
        """Listen from now on; iterate over what this returns, and close it.

        names: those of the events that are wanted, all of them by default.
            `events:missed` comes in any case. timeout: seconds without an event
            that was asked for after which it ends, never by default. after:
            the id of an event from which to go on.

        Raises:
            JobError: there are no events of that name, or none with that id yet.
            OperationalError: the file cannot be used, and why.
        """
        wanted = known_names(names)
        if after is not None and (not isinstance(after, int) or abs(after) >= 2**63):
            raise JobError(f"there is no event {after!r} in this file: its id is a whole number")
        return Subscription(self.broker, self.options, wanted, timeout, after)


def known_names(names: Collection[str] | str | None) -> frozenset[str] | None:
    """Return the names that are meant, None for all.

    Raises:
        JobError: there are no events of that name.
    """
    if names is None:
        return None
    wanted = {names} if isinstance(names, str) else set(names)
    unknown = wanted.difference(NAMES)
    if unknown:
        raise JobError(f"no event is called {min(unknown)!r}: the names are {', '.join(NAMES)}")
    return frozenset(wanted) | {MISSED}
