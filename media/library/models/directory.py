"""What was seen of the libraries' directories, for telling what has changed."""

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from media.library.models.base import Base


class LibraryRoot(Base):
    """What a library root stood on when it was last seen there."""

    __tablename__ = "library_roots"

    path: Mapped[str] = mapped_column(primary_key=True)
    device: Mapped[int]
    is_mount_point: Mapped[bool]
    seen_at: Mapped[datetime]


class Batch(Base):
    """The directories that one walk of a library found changed; `id` is the walk's job."""

    __tablename__ = "batches"

    id: Mapped[str] = mapped_column(primary_key=True)
    library: Mapped[str]
    total: Mapped[int]
    started_at: Mapped[datetime]


class Directory(Base):
    """A movie's directory: `signature` stands for the names, sizes and times of its files.

    Published files that are as we wrote them are not in the signature.
    `batch_id` is the walk that found it changed last; it is done with there once
    `scanned_at` or `failed_at` is later than `queued_at`.
    """

    __tablename__ = "directories"

    path: Mapped[str] = mapped_column(primary_key=True)
    library: Mapped[str] = mapped_column(index=True)
    signature: Mapped[str | None]
    batch_id: Mapped[str | None] = mapped_column(ForeignKey("batches.id"), index=True)
    queued_at: Mapped[datetime | None]
    scanned_at: Mapped[datetime | None]
    failed_at: Mapped[datetime | None]
    error: Mapped[str | None]
