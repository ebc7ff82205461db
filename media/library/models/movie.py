"""A movie: what is known of it, from whom, and what may not be changed."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy.orm import Mapped, mapped_column, relationship

from media.library.models.base import Base

if TYPE_CHECKING:
    from media.library.models.credit import Credit
    from media.library.models.file import Artwork, MediaFile


class Movie(Base):
    """A movie, known by its directory, and by its main video where that was moved.

    `nfo_state` is what came of its NFO at the last scan. `ratings` maps Kodi's
    name of a source (`themoviedb`, `imdb`) to `{"value", "votes", "max"}`.
    `locked_fields` names the columns, and the kinds of artwork, that a person
    has chosen: no job changes them. `metadata_source` tells where the rest is
    from: a provider (`tmdb`) or `local`, the NFO and the file. `enriched_tmdb_id`
    is the movie that metadata and candidates are of: `tmdb_id` may have been
    put right since. `published_at` is None while publishing it did not come to its
    end. `deleted_at` is set while the movie is gone; its row goes when that was long
    enough ago.
    """

    __tablename__ = "movies"

    id: Mapped[int] = mapped_column(primary_key=True)
    directory: Mapped[str] = mapped_column(unique=True)
    title: Mapped[str]
    original_title: Mapped[str | None]
    sort_title: Mapped[str | None]
    year: Mapped[int | None]
    premiered: Mapped[str | None]
    plot: Mapped[str | None]
    outline: Mapped[str | None]
    tagline: Mapped[str | None]
    runtime_minutes: Mapped[int | None]
    certification: Mapped[str | None]
    collection: Mapped[str | None]
    collection_id: Mapped[int | None]
    collection_overview: Mapped[str | None]
    genres: Mapped[list[str] | None]
    countries: Mapped[list[str] | None]
    studios: Mapped[list[str] | None]
    tags: Mapped[list[str] | None]
    languages: Mapped[list[str] | None]
    original_language: Mapped[str | None]
    release_status: Mapped[str | None]
    popularity: Mapped[float | None]
    ratings: Mapped[dict[str, Any] | None]
    trailer_url: Mapped[str | None]
    tmdb_id: Mapped[int | None] = mapped_column(index=True)
    imdb_id: Mapped[str | None] = mapped_column(index=True)
    tvdb_id: Mapped[int | None]
    nfo_state: Mapped[str]
    locked_fields: Mapped[list[str]] = mapped_column(default=list, server_default="[]")
    metadata_source: Mapped[str | None]
    created_at: Mapped[datetime]
    scanned_at: Mapped[datetime]
    enriched_at: Mapped[datetime | None]
    enriched_tmdb_id: Mapped[int | None]
    published_at: Mapped[datetime | None]
    deleted_at: Mapped[datetime | None] = mapped_column(index=True)
    delete_reason: Mapped[str | None]

    files: Mapped[list["MediaFile"]] = relationship(
        back_populates="movie", cascade="all, delete-orphan", order_by="MediaFile.id"
    )
    artworks: Mapped[list["Artwork"]] = relationship(
        back_populates="movie", cascade="all, delete-orphan", order_by="Artwork.id"
    )
    credits: Mapped[list["Credit"]] = relationship(
        back_populates="movie", cascade="all, delete-orphan", order_by="Credit.position"
    )
