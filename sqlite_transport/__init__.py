"""A Celery broker in one SQLite file: `broker_url = "sqlite:///queue.db"`.

With the package installed nothing need be imported: Celery finds the scheme
by entry point. A bare `kombu.Connection("sqlite:///queue.db")` finds it once
this package is imported.
"""

from sqlite_transport.registration import register

__version__ = "0.1.0"

register()
