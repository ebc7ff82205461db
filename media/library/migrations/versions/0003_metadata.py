"""Keep all that providers tell of a movie, and who has a part in it."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Change the tables."""
    op.add_column("movies", sa.Column("outline", sa.String()))
    op.add_column("movies", sa.Column("collection_id", sa.Integer()))
    op.add_column("movies", sa.Column("collection_overview", sa.String()))
    op.add_column("movies", sa.Column("countries", sa.JSON()))
    op.add_column("movies", sa.Column("studios", sa.JSON()))
    op.add_column("movies", sa.Column("tags", sa.JSON()))
    op.add_column("movies", sa.Column("languages", sa.JSON()))
    op.add_column("movies", sa.Column("original_language", sa.String()))
    op.add_column("movies", sa.Column("release_status", sa.String()))
    op.add_column("movies", sa.Column("popularity", sa.Double()))
    op.add_column("movies", sa.Column("ratings", sa.JSON()))
    op.add_column("movies", sa.Column("trailer_url", sa.String()))
    op.add_column("movies", sa.Column("tvdb_id", sa.Integer()))
    op.add_column(
        "movies", sa.Column("locked_fields", sa.JSON(), server_default="[]", nullable=False)
    )
    op.add_column("movies", sa.Column("metadata_source", sa.String()))
    op.add_column("movies", sa.Column("enriched_at", sa.DateTime()))
    op.add_column("movies", sa.Column("enriched_tmdb_id", sa.Integer()))
    op.add_column("movies", sa.Column("published_at", sa.DateTime()))
    op.add_column("movies", sa.Column("deleted_at", sa.DateTime()))
    op.add_column("movies", sa.Column("delete_reason", sa.String()))
    op.create_index("ix_movies_deleted_at", "movies", ["deleted_at"])
    op.create_table(
        "credits",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("movie_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("role", sa.String()),
        sa.Column("department", sa.String()),
        sa.Column("job", sa.String()),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("tmdb_id", sa.Integer()),
        sa.Column("picture_url", sa.String()),
        sa.Column("picture_key", sa.String()),
        sa.ForeignKeyConstraint(
            ["movie_id"], ["movies.id"], name="fk_credits_movie_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["picture_key"], ["cache_files.key"], name="fk_credits_picture_key"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_credits"),
    )
    op.create_index("ix_credits_movie_id", "credits", ["movie_id", "kind", "position"])
    op.create_index("ix_credits_picture_key", "credits", ["picture_key"])
    op.create_table(
        "provider_states",
        sa.Column("provider", sa.String(), nullable=False),
        sa.Column("changes_until", sa.DateTime()),
        sa.Column("token", sa.String()),
        sa.Column("token_expires_at", sa.DateTime()),
        sa.Column("configuration", sa.JSON()),
        sa.Column("configuration_expires_at", sa.DateTime()),
        sa.PrimaryKeyConstraint("provider", name="pk_provider_states"),
    )
    op.create_table(
        "outside_services",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("next_request_at", sa.Double(), nullable=False),
        sa.Column("blocked_until", sa.Double(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("open_until", sa.Double(), nullable=False),
        sa.Column("probe_until", sa.Double(), nullable=False),
        sa.Column("last_error", sa.String()),
        sa.Column("updated_at", sa.DateTime()),
        sa.PrimaryKeyConstraint("name", name="pk_outside_services"),
    )


def downgrade() -> None:
    """Change them back."""
    op.drop_index("ix_movies_deleted_at")
    op.drop_table("outside_services")
    op.drop_table("provider_states")
    op.drop_table("credits")
    op.drop_column("movies", "delete_reason")
    op.drop_column("movies", "deleted_at")
    op.drop_column("movies", "published_at")
    op.drop_column("movies", "enriched_tmdb_id")
    op.drop_column("movies", "enriched_at")
    op.drop_column("movies", "metadata_source")
    op.drop_column("movies", "locked_fields")
    op.drop_column("movies", "tvdb_id")
    op.drop_column("movies", "trailer_url")
    op.drop_column("movies", "ratings")
    op.drop_column("movies", "popularity")
    op.drop_column("movies", "release_status")
    op.drop_column("movies", "original_language")
    op.drop_column("movies", "languages")
    op.drop_column("movies", "tags")
    op.drop_column("movies", "studios")
    op.drop_column("movies", "countries")
    op.drop_column("movies", "collection_overview")
    op.drop_column("movies", "collection_id")
    op.drop_column("movies", "outline")
