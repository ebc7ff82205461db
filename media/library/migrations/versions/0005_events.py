"""Keep webhooks, what changed in the libraries, and what people set."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Change the tables."""
    op.create_table(
        "webhook_events",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("job_id", sa.String()),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("instance", sa.String(), nullable=False),
        sa.Column("event_type", sa.String(), nullable=False),
        sa.Column("fingerprint", sa.String(), nullable=False),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("directory", sa.String()),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("error", sa.String()),
        sa.Column("received_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_webhook_events"),
        sa.UniqueConstraint("job_id", name="uq_webhook_events_job_id"),
    )
    op.create_index("ix_webhook_events_directory", "webhook_events", ["directory", "received_at"])
    op.create_index("ix_webhook_events_received_at", "webhook_events", ["received_at"])
    op.create_table(
        "batches",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("library", sa.String(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_batches"),
    )
    op.create_table(
        "directories",
        sa.Column("path", sa.String(), nullable=False),
        sa.Column("library", sa.String(), nullable=False),
        sa.Column("signature", sa.String()),
        sa.Column("batch_id", sa.String()),
        sa.Column("queued_at", sa.DateTime()),
        sa.Column("scanned_at", sa.DateTime()),
        sa.Column("failed_at", sa.DateTime()),
        sa.Column("error", sa.String()),
        sa.ForeignKeyConstraint(["batch_id"], ["batches.id"], name="fk_directories_batch_id"),
        sa.PrimaryKeyConstraint("path", name="pk_directories"),
    )
    op.create_index("ix_directories_batch_id", "directories", ["batch_id"])
    op.create_index("ix_directories_library", "directories", ["library"])
    op.create_table(
        "library_changes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("directory", sa.String(), nullable=False),
        sa.Column("change", sa.String(), nullable=False),
        sa.Column("files", sa.JSON(), nullable=False),
        sa.Column("movie_id", sa.Integer()),
        sa.Column("root_id", sa.String()),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_library_changes"),
    )
    op.create_table(
        "player_notices",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("player_group", sa.String(), nullable=False),
        sa.Column("player", sa.String()),
        sa.Column("directory", sa.String(), nullable=False),
        sa.Column("change", sa.String(), nullable=False),
        sa.Column("files", sa.JSON(), nullable=False),
        sa.Column("movie_id", sa.Integer()),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["movie_id"], ["movies.id"], name="fk_player_notices_movie_id", ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_player_notices"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_player_notices_player_group", "player_notices", ["player_group"])
    op.create_index("ix_player_notices_player", "player_notices", ["player"])
    op.create_table(
        "settings",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_settings"),
    )


def downgrade() -> None:
    """Change them back."""
    op.drop_table("settings")
    op.drop_table("player_notices")
    op.drop_table("library_changes")
    op.drop_table("directories")
    op.drop_table("batches")
    op.drop_table("webhook_events")
