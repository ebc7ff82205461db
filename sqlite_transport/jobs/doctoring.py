"""What is wrong with this file, and what to do."""

from sqlite_transport.jobs.doctor import Finding, examine
from sqlite_transport.jobs.part import Part


class Doctoring(Part):
    """The examination of an application's file."""

    def doctor(self, *, deep: bool = False) -> list[Finding]:
        """Examine the file, beside running workers; see `doctor.examine`, which needs no app.

        A file that cannot be opened has no `Jobs`: examine it by its path.
        """
        return examine(self.broker.database.path, deep=deep)
