"""Artwork and trailers that providers offer, what was chosen, and the files of the cache."""

from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from media.library.models.base import Base


class Candidate(Base):
    """An image or a trailer that a provider offers for a movie.

    `kind` is Kodi's name of the type (`poster`, `fanart`, …) or `trailer`.
    `language` is a BCP 47 tag, None where the picture bears no text or nobody
    knows. `votes` and `vote_average` (0 to 10) are the provider's; fanart.tv's
    likes are votes. `refused` tells why it can never be taken (no image, too
    large); `gone_since` that the provider no longer lists it. `cache_key` is its
    file in the cache, once it was fetched.
    """

    __tablename__ = "candidates"
    __table_args__ = (UniqueConstraint("movie_id", "provider", "kind", "url"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    movie_id: Mapped[int] = mapped_column(ForeignKey("movies.id", ondelete="CASCADE"))
    provider: Mapped[str]
    provider_id: Mapped[str | None]
    kind: Mapped[str]
    url: Mapped[str]
    preview_url: Mapped[str | None]
    title: Mapped[str | None]
    language: Mapped[str | None]
    width: Mapped[int | None]
    height: Mapped[int | None]
    votes: Mapped[int | None]
    vote_average: Mapped[float | None]
    is_textless: Mapped[bool | None]
    is_official: Mapped[bool | None]
    score: Mapped[float | None]
    perceptual_hash: Mapped[str | None]
    refused: Mapped[str | None]
    fetched_at: Mapped[datetime]
    gone_since: Mapped[datetime | None]
    cache_key: Mapped[str | None] = mapped_column(ForeignKey("cache_files.key"), index=True)


class Selection(Base):
    """What was chosen for a movie: the best of a kind has rank 0.

    `is_locked` means that a person chose it: no job takes it away.
    """

    __tablename__ = "selections"
    __table_args__ = (UniqueConstraint("movie_id", "kind", "rank"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    movie_id: Mapped[int] = mapped_column(ForeignKey("movies.id", ondelete="CASCADE"))
    kind: Mapped[str]
    rank: Mapped[int]
    candidate_id: Mapped[int | None] = mapped_column(
        ForeignKey("candidates.id", ondelete="SET NULL"), index=True
    )
    cache_key: Mapped[str | None] = mapped_column(ForeignKey("cache_files.key"), index=True)
    is_locked: Mapped[bool] = mapped_column(default=False)
    selected_at: Mapped[datetime]


class CacheFile(Base):
    """A file of the cache, named for its content: `key` is its SHA-256 in hexadecimal.

    `asset_type` is `image` or `video`. `deleted_at` is set while nothing refers to it.
    """

    __tablename__ = "cache_files"

    key: Mapped[str] = mapped_column(primary_key=True)
    asset_type: Mapped[str]
    extension: Mapped[str]
    size: Mapped[int]
    width: Mapped[int | None]
    height: Mapped[int | None]
    perceptual_hash: Mapped[str | None]
    source_url: Mapped[str | None] = mapped_column(index=True)
    created_at: Mapped[datetime]
    deleted_at: Mapped[datetime | None] = mapped_column(index=True)
