"""Make the tables of movies, files, streams and artwork."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Change the tables."""
    op.create_table(
        "movies",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("directory", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("original_title", sa.String()),
        sa.Column("sort_title", sa.String()),
        sa.Column("year", sa.Integer()),
        sa.Column("premiered", sa.String()),
        sa.Column("plot", sa.String()),
        sa.Column("tagline", sa.String()),
        sa.Column("runtime_minutes", sa.Integer()),
        sa.Column("certification", sa.String()),
        sa.Column("collection", sa.String()),
        sa.Column("genres", sa.JSON()),
        sa.Column("tmdb_id", sa.Integer()),
        sa.Column("imdb_id", sa.String()),
        sa.Column("nfo_state", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("scanned_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_movies"),
        sa.UniqueConstraint("directory", name="uq_movies_directory"),
    )
    op.create_index("ix_movies_tmdb_id", "movies", ["tmdb_id"])
    op.create_index("ix_movies_imdb_id", "movies", ["imdb_id"])
    op.create_table(
        "files",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("movie_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("relative_path", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("mtime_ns", sa.Integer(), nullable=False),
        sa.Column("container", sa.String()),
        sa.Column("duration_ms", sa.Integer()),
        sa.Column("bit_rate", sa.Integer()),
        sa.Column("prober", sa.String()),
        sa.Column("missing_since", sa.DateTime()),
        sa.PrimaryKeyConstraint("id", name="pk_files"),
        sa.ForeignKeyConstraint(
            ["movie_id"], ["movies.id"], name="fk_files_movie_id", ondelete="CASCADE"
        ),
        sa.UniqueConstraint("movie_id", "relative_path", name="uq_files_movie_id"),
    )
    op.create_table(
        "streams",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("codec", sa.String()),
        sa.Column("language", sa.String()),
        sa.Column("title", sa.String()),
        sa.Column("is_default", sa.Boolean(), nullable=False),
        sa.Column("is_forced", sa.Boolean(), nullable=False),
        sa.Column("is_hearing_impaired", sa.Boolean(), nullable=False),
        sa.Column("bit_rate", sa.Integer()),
        sa.Column("width", sa.Integer()),
        sa.Column("height", sa.Integer()),
        sa.Column("frame_rate", sa.Float()),
        sa.Column("bit_depth", sa.Integer()),
        sa.Column("hdr_format", sa.String()),
        sa.Column("channels", sa.Integer()),
        sa.Column("sample_rate", sa.Integer()),
        sa.PrimaryKeyConstraint("id", name="pk_streams"),
        sa.ForeignKeyConstraint(
            ["file_id"], ["files.id"], name="fk_streams_file_id", ondelete="CASCADE"
        ),
        sa.UniqueConstraint("file_id", "position", name="uq_streams_file_id"),
    )
    op.create_table(
        "artworks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("movie_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("relative_path", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("mtime_ns", sa.Integer(), nullable=False),
        sa.Column("width", sa.Integer()),
        sa.Column("height", sa.Integer()),
        sa.Column("missing_since", sa.DateTime()),
        sa.PrimaryKeyConstraint("id", name="pk_artworks"),
        sa.ForeignKeyConstraint(
            ["movie_id"], ["movies.id"], name="fk_artworks_movie_id", ondelete="CASCADE"
        ),
        sa.UniqueConstraint("movie_id", "relative_path", name="uq_artworks_movie_id"),
    )


def downgrade() -> None:
    """Change them back."""
    for table in ("artworks", "streams", "files", "movies"):
        op.drop_table(table)
