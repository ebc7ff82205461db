"""The files of a movie, as they were found on the disk."""

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import Float, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from media.library.models.base import Base

if TYPE_CHECKING:
    from media.library.models.movie import Movie


class MediaFile(Base):
    """A file of a movie: its role is one of `media.movie.FileRole`.

    `edition` is what the name says of it (`Director's Cut`), `part_number`
    counts the files of a movie in several. `content_hash` tells whether the
    content is the same, wherever the file lies. `missing_since` is set while
    the file is gone from a directory that is there; a row is never deleted for it.
    """

    __tablename__ = "files"
    __table_args__ = (
        UniqueConstraint("movie_id", "relative_path"),
        # Each new directory is looked for among all movies: it may be one that was moved.
        Index("ix_files_size", "size"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    movie_id: Mapped[int] = mapped_column(ForeignKey("movies.id", ondelete="CASCADE"))
    role: Mapped[str]
    relative_path: Mapped[str]
    size: Mapped[int]
    mtime_ns: Mapped[int]
    content_hash: Mapped[str | None]
    edition: Mapped[str | None]
    part_number: Mapped[int | None]
    container: Mapped[str | None]
    duration_ms: Mapped[int | None]
    bit_rate: Mapped[int | None]
    prober: Mapped[str | None]
    missing_since: Mapped[datetime | None]

    movie: Mapped["Movie"] = relationship(back_populates="files")
    streams: Mapped[list["StreamRow"]] = relationship(
        back_populates="file", cascade="all, delete-orphan", order_by="StreamRow.position"
    )


class StreamRow(Base):
    """A stream of a file: its kind is one of `media.movie.StreamKind`."""

    __tablename__ = "streams"
    __table_args__ = (UniqueConstraint("file_id", "position"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    file_id: Mapped[int] = mapped_column(ForeignKey("files.id", ondelete="CASCADE"))
    position: Mapped[int]
    kind: Mapped[str]
    codec: Mapped[str | None]
    language: Mapped[str | None]
    title: Mapped[str | None]
    is_default: Mapped[bool]
    is_forced: Mapped[bool]
    is_hearing_impaired: Mapped[bool]
    bit_rate: Mapped[int | None]
    width: Mapped[int | None]
    height: Mapped[int | None]
    frame_rate: Mapped[float | None] = mapped_column(Float)
    bit_depth: Mapped[int | None]
    hdr_format: Mapped[str | None]
    channels: Mapped[int | None]
    sample_rate: Mapped[int | None]

    file: Mapped[MediaFile] = relationship(back_populates="streams")


class Artwork(Base):
    """An image beside a movie; `kind` is Kodi's name of its type, or `actor`.

    `perceptual_hash` is 16 hexadecimal digits that look-alikes nearly share, None
    until the image was read and where it cannot be. `inspected_size` (bytes) and
    `inspected_mtime_ns` are those of the file when that was.
    """

    __tablename__ = "artworks"
    __table_args__ = (UniqueConstraint("movie_id", "relative_path"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    movie_id: Mapped[int] = mapped_column(ForeignKey("movies.id", ondelete="CASCADE"))
    kind: Mapped[str]
    relative_path: Mapped[str]
    size: Mapped[int]
    mtime_ns: Mapped[int]
    width: Mapped[int | None]
    height: Mapped[int | None]
    perceptual_hash: Mapped[str | None]
    inspected_size: Mapped[int | None]
    inspected_mtime_ns: Mapped[int | None]
    missing_since: Mapped[datetime | None]

    movie: Mapped["Movie"] = relationship(back_populates="artworks")
