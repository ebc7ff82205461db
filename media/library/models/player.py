"""What players have yet to be told."""

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from media.library.models.base import Base


class LibraryChange(Base):
    """A directory of the library that is not as the players know it.

    `change` is `updated` or `deleted`; `files` are the artwork and NFO files that
    were written or taken away, relative to `directory`. The row goes when every
    player concerned has a notice of it.
    """

    __tablename__ = "library_changes"

    id: Mapped[int] = mapped_column(primary_key=True)
    directory: Mapped[str]
    change: Mapped[str]
    files: Mapped[list[str]]
    movie_id: Mapped[int | None]
    root_id: Mapped[str | None]
    created_at: Mapped[datetime]


class PlayerNotice(Base):
    """A change that `player` of `player_group` has not been told yet.

    `player` is null where any one Kodi of the group is to be told, since they
    share one library. A row is never changed: one that has to say more makes way for
    a new one, and no `id` is ever used again. So who has told what a row says may
    delete it by its id.
    """

    __tablename__ = "player_notices"
    __table_args__ = {"sqlite_autoincrement": True}  # noqa: RUF012

    id: Mapped[int] = mapped_column(primary_key=True)
    player_group: Mapped[str] = mapped_column(index=True)
    player: Mapped[str | None] = mapped_column(index=True)
    directory: Mapped[str]
    change: Mapped[str]
    files: Mapped[list[str]]
    movie_id: Mapped[int | None] = mapped_column(ForeignKey("movies.id", ondelete="SET NULL"))
    created_at: Mapped[datetime]
