"""The command line: `celery -A films jobs …`.

Celery loads `jobs` by the entry point group `celery.commands`, in every one of
its programs; so a verb's module, and what it draws with, is imported only when
the verb is called.
"""

from sqlite_transport.commands.group import jobs

__all__ = ["jobs"]
