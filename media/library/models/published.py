"""The files that were written into the movies' directories."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from media.library.models.base import Base


class PublishedFile(Base):
    """A file that `publish` wrote: `kind` is `nfo`, `actor`, `trailer` or a kind of artwork.

    `sha256`, `size` and `mtime_ns` are those of what was written last.
    `changed_by_others_at` is set while what lies there is not ours any more,
    `missing_since` while nothing does. `is_adopted` marks a file that lay there already
    with the content that was chosen: it is the user's, and stays when the choice
    changes. Of an NFO there is more: its `content`, compressed
    by zlib, so that it can be restored with what others had in it, and `offered`,
    what stands for each field that we had to say (see `media.nfo.MergedNfo`).
    """

    __tablename__ = "published_files"
    __table_args__ = (UniqueConstraint("movie_id", "relative_path"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    movie_id: Mapped[int] = mapped_column(ForeignKey("movies.id", ondelete="CASCADE"))
    relative_path: Mapped[str]
    kind: Mapped[str]
    sha256: Mapped[str]
    size: Mapped[int]
    mtime_ns: Mapped[int]
    cache_key: Mapped[str | None] = mapped_column(ForeignKey("cache_files.key"), index=True)
    published_at: Mapped[datetime]
    verified_at: Mapped[datetime | None]
    changed_by_others_at: Mapped[datetime | None]
    missing_since: Mapped[datetime | None]
    is_adopted: Mapped[bool] = mapped_column(default=False)
    content: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    offered: Mapped[dict[str, Any] | None] = mapped_column(deferred=True)
