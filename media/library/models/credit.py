"""Who made a movie and who plays in it."""

from typing import TYPE_CHECKING

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from media.library.models.base import Base

if TYPE_CHECKING:
    from media.library.models.movie import Movie


class Credit(Base):
    """A part in a movie's cast or crew.

    `kind` is `cast` (then `role` is the character) or `crew` (then `department`
    and `job` are TMDB's). `position` is the order within the kind, from 0.
    `picture_url` is where the person's picture is, `picture_key` its file in
    the cache, None while it was not fetched.
    """

    __tablename__ = "credits"
    __table_args__ = (Index("ix_credits_movie_id", "movie_id", "kind", "position"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    movie_id: Mapped[int] = mapped_column(ForeignKey("movies.id", ondelete="CASCADE"))
    kind: Mapped[str]
    name: Mapped[str]
    role: Mapped[str | None]
    department: Mapped[str | None]
    job: Mapped[str | None]
    position: Mapped[int]
    tmdb_id: Mapped[int | None]
    picture_url: Mapped[str | None]
    picture_key: Mapped[str | None] = mapped_column(ForeignKey("cache_files.key"), index=True)

    movie: Mapped["Movie"] = relationship(back_populates="credits")
