"""Where the history is, if it is anywhere."""

from functools import cached_property
from typing import TYPE_CHECKING

from sqlite_transport.jobs.elsewhere.part import Part

if TYPE_CHECKING:
    from sqlite_transport.jobs.elsewhere.archive import Archive


class Archived(Part):
    """The part that knows the history."""

    @cached_property
    def _archive(self) -> "Archive | None":
        url = self.options.history_url
        if not url:
            return None
        # It brings SQLAlchemy along, which takes a while to import.
        from sqlite_transport.jobs.elsewhere.archive import Archive

        return Archive(url)

    def _history_for(self, verb: str) -> "Archive":
        """Return the history.

        Raises:
            NotOnThisBroker: there is none.
        """
        if self._archive is None:
            self._refuse(
                verb,
                "the broker keeps no history: set history_url in broker_transport_options, and "
                'imports = ["sqlite_transport.worker"], so that the workers write one',
            )
        return self._archive
