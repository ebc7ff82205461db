"""Keep what providers offer, what was chosen of it and what was published."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Change the tables."""
    op.add_column("files", sa.Column("content_hash", sa.String()))
    op.add_column("files", sa.Column("edition", sa.String()))
    op.add_column("files", sa.Column("part_number", sa.Integer()))
    op.create_index("ix_files_size", "files", ["size"])
    op.add_column("artworks", sa.Column("perceptual_hash", sa.String()))
    op.add_column("artworks", sa.Column("inspected_size", sa.Integer()))
    op.add_column("artworks", sa.Column("inspected_mtime_ns", sa.Integer()))
    op.create_table(
        "cache_files",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("asset_type", sa.String(), nullable=False),
        sa.Column("extension", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("width", sa.Integer()),
        sa.Column("height", sa.Integer()),
        sa.Column("perceptual_hash", sa.String()),
        sa.Column("source_url", sa.String()),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("deleted_at", sa.DateTime()),
        sa.PrimaryKeyConstraint("key", name="pk_cache_files"),
    )
    op.create_index("ix_cache_files_deleted_at", "cache_files", ["deleted_at"])
    op.create_index("ix_cache_files_source_url", "cache_files", ["source_url"])
    op.create_table(
        "candidates",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("movie_id", sa.Integer(), nullable=False),
        sa.Column("provider", sa.String(), nullable=False),
        sa.Column("provider_id", sa.String()),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("preview_url", sa.String()),
        sa.Column("title", sa.String()),
        sa.Column("language", sa.String()),
        sa.Column("width", sa.Integer()),
        sa.Column("height", sa.Integer()),
        sa.Column("votes", sa.Integer()),
        sa.Column("vote_average", sa.Double()),
        sa.Column("is_textless", sa.Boolean()),
        sa.Column("is_official", sa.Boolean()),
        sa.Column("score", sa.Double()),
        sa.Column("perceptual_hash", sa.String()),
        sa.Column("refused", sa.String()),
        sa.Column("fetched_at", sa.DateTime(), nullable=False),
        sa.Column("gone_since", sa.DateTime()),
        sa.Column("cache_key", sa.String()),
        sa.ForeignKeyConstraint(["cache_key"], ["cache_files.key"], name="fk_candidates_cache_key"),
        sa.ForeignKeyConstraint(
            ["movie_id"], ["movies.id"], name="fk_candidates_movie_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_candidates"),
        sa.UniqueConstraint("movie_id", "provider", "kind", "url", name="uq_candidates_movie_id"),
    )
    op.create_index("ix_candidates_cache_key", "candidates", ["cache_key"])
    op.create_table(
        "selections",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("movie_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("candidate_id", sa.Integer()),
        sa.Column("cache_key", sa.String()),
        sa.Column("is_locked", sa.Boolean(), nullable=False),
        sa.Column("selected_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["cache_key"], ["cache_files.key"], name="fk_selections_cache_key"),
        sa.ForeignKeyConstraint(
            ["candidate_id"],
            ["candidates.id"],
            name="fk_selections_candidate_id",
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["movie_id"], ["movies.id"], name="fk_selections_movie_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_selections"),
        sa.UniqueConstraint("movie_id", "kind", "rank", name="uq_selections_movie_id"),
    )
    op.create_index("ix_selections_candidate_id", "selections", ["candidate_id"])
    op.create_index("ix_selections_cache_key", "selections", ["cache_key"])
    op.create_table(
        "published_files",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("movie_id", sa.Integer(), nullable=False),
        sa.Column("relative_path", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("mtime_ns", sa.Integer(), nullable=False),
        sa.Column("cache_key", sa.String()),
        sa.Column("published_at", sa.DateTime(), nullable=False),
        sa.Column("verified_at", sa.DateTime()),
        sa.Column("changed_by_others_at", sa.DateTime()),
        sa.Column("missing_since", sa.DateTime()),
        sa.Column("is_adopted", sa.Boolean(), nullable=False),
        sa.Column("content", sa.LargeBinary()),
        sa.Column("offered", sa.JSON()),
        sa.ForeignKeyConstraint(
            ["cache_key"], ["cache_files.key"], name="fk_published_files_cache_key"
        ),
        sa.ForeignKeyConstraint(
            ["movie_id"], ["movies.id"], name="fk_published_files_movie_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_published_files"),
        sa.UniqueConstraint("movie_id", "relative_path", name="uq_published_files_movie_id"),
    )
    op.create_index("ix_published_files_cache_key", "published_files", ["cache_key"])


def downgrade() -> None:
    """Change them back."""
    op.drop_table("published_files")
    op.drop_table("selections")
    op.drop_table("candidates")
    op.drop_table("cache_files")
    op.drop_column("artworks", "inspected_mtime_ns")
    op.drop_column("artworks", "inspected_size")
    op.drop_column("artworks", "perceptual_hash")
    op.drop_index("ix_files_size")
    op.drop_column("files", "part_number")
    op.drop_column("files", "edition")
    op.drop_column("files", "content_hash")
