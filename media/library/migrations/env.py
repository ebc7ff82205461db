"""How Alembic reaches the library database.

The program hands over the connection, with its transaction begun; Alembic's
own command opens the database that the settings name.
"""

from alembic import context
from sqlalchemy import Connection

from media.library.models import Base


def migrate(connection: Connection) -> None:
    """Run the migrations on `connection`, in the transaction that it has begun."""
    context.configure(connection=connection, target_metadata=Base.metadata, render_as_batch=True)
    context.run_migrations()


if given := context.config.attributes.get("connection"):
    migrate(given)
else:
    from media.library.connection import make_engine
    from media.settings import read_settings

    with make_engine(read_settings().library_database, "BEGIN IMMEDIATE").begin() as own:
        migrate(own)
