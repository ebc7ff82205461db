"""The tables of the library database. Times are UTC."""

from datetime import UTC, datetime

from sqlalchemy import (
    JSON,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    MetaData,
    TypeDecorator,
    UniqueConstraint,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship


class UtcDateTime(TypeDecorator[datetime]):
    """A time with its zone in Python, stored as UTC without one."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        """Take the zone off, in UTC."""
        return None if value is None else value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        """Put the zone back."""
        return None if value is None else value.replace(tzinfo=UTC)


class Base(DeclarativeBase):
    """Base of the library's tables; every constraint has a name, so it can be altered."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_name)s",
            "uq": "uq_%(table_name)s_%(column_0_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {datetime: UtcDateTime, list[str]: JSON}  # noqa: RUF012


class Movie(Base):
    """A movie, known by its directory. `nfo_state` is what came of its NFO at the last scan."""

    __tablename__ = "movies"

    id: Mapped[int] = mapped_column(primary_key=True)
    directory: Mapped[str] = mapped_column(unique=True)
    title: Mapped[str]
    original_title: Mapped[str | None]
    sort_title: Mapped[str | None]
    year: Mapped[int | None]
    premiered: Mapped[str | None]
    plot: Mapped[str | None]
    tagline: Mapped[str | None]
    runtime_minutes: Mapped[int | None]
    certification: Mapped[str | None]
    collection: Mapped[str | None]
    genres: Mapped[list[str] | None]
    tmdb_id: Mapped[int | None] = mapped_column(index=True)
    imdb_id: Mapped[str | None] = mapped_column(index=True)
    nfo_state: Mapped[str]
    created_at: Mapped[datetime]
    scanned_at: Mapped[datetime]

    files: Mapped[list["MediaFile"]] = relationship(
        back_populates="movie", cascade="all, delete-orphan", order_by="MediaFile.id"
    )
    artworks: Mapped[list["Artwork"]] = relationship(
        back_populates="movie", cascade="all, delete-orphan", order_by="Artwork.id"
    )


class MediaFile(Base):
    """A file of a movie: its role is one of `media.movie.FileRole`.

    `missing_since` is set while the file is gone from a directory that is
    there; a row is never deleted for it.
    """

    __tablename__ = "files"
    __table_args__ = (UniqueConstraint("movie_id", "relative_path"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    movie_id: Mapped[int] = mapped_column(ForeignKey("movies.id", ondelete="CASCADE"))
    role: Mapped[str]
    relative_path: Mapped[str]
    size: Mapped[int]
    mtime_ns: Mapped[int]
    container: Mapped[str | None]
    duration_ms: Mapped[int | None]
    bit_rate: Mapped[int | None]
    prober: Mapped[str | None]
    missing_since: Mapped[datetime | None]

    movie: Mapped[Movie] = relationship(back_populates="files")
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
    """An image of a movie; `kind` is Kodi's name of its type."""

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
    missing_since: Mapped[datetime | None]

    movie: Mapped[Movie] = relationship(back_populates="artworks")


class LibraryRoot(Base):
    """What a library root stood on when it was last seen there."""

    __tablename__ = "library_roots"

    path: Mapped[str] = mapped_column(primary_key=True)
    device: Mapped[int]
    is_mount_point: Mapped[bool]
    seen_at: Mapped[datetime]
