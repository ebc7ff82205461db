"""Which content of a file somebody knows: a restore puts another in its place.

The file stays the same one then, so it has to be told by the identity, which
is the content's own.
"""

from sqlite_transport import history
from sqlite_transport.database import Database
from sqlite_transport.errors import Replaced


class Content:
    """What is in the file now, to be recognised later."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._identity = database.read(history.IDENTITY)

    def check(self) -> None:
        """Notice that it is another one.

        Raises:
            Replaced: it is, so that this session is not in it.
        """
        if self._database.read(history.IDENTITY) != self._identity:
            raise Replaced(
                f"{self._database.path}: the file was restored from a backup while it was in use: "
                "connect anew"
            )
