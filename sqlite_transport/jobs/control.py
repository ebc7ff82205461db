"""`Jobs`: all that an operator can do, on one object."""

from typing import Any, TypeAlias

from celery import current_app

from sqlite_transport.application import file_of
from sqlite_transport.jobs.adding import Adding
from sqlite_transport.jobs.cancelling import Cancelling
from sqlite_transport.jobs.elsewhere import JobsElsewhere
from sqlite_transport.jobs.foreseeing import Foreseeing
from sqlite_transport.jobs.gating import Gating
from sqlite_transport.jobs.keeping import Keeping
from sqlite_transport.jobs.promoting import Promoting
from sqlite_transport.jobs.reading import Reading
from sqlite_transport.jobs.retrying import Retrying
from sqlite_transport.jobs.returning import Returning
from sqlite_transport.jobs.scheduling import Scheduling
from sqlite_transport.jobs.updating import Updating
from sqlite_transport.jobs.watching import Watching
from sqlite_transport.options import read_options


class Jobs(
    Reading,
    Adding,
    Updating,
    Cancelling,
    Retrying,
    Promoting,
    Returning,
    Foreseeing,
    Gating,
    Scheduling,
    Watching,
    Keeping,
):
    """The jobs of an application whose broker is an SQLite file; see `open_jobs`."""


#: What `open_jobs` returns: the same verbs, whatever the broker is.
AnyJobs: TypeAlias = Jobs | JobsElsewhere


def open_jobs(app: Any = None) -> AnyJobs:
    """Return the hand on the jobs of a Celery application, the current one by default.

    Where the broker is another one than `sqlite://`, it has the same verbs; what
    that broker cannot do raises `NotOnThisBroker`. Nothing is connected yet then.

    Raises:
        ValueError: the broker's URL or an option is wrong.
        OperationalError: the file cannot be used, and why.
    """
    app = app or current_app._get_current_object()
    found = file_of(app)
    if found is not None:
        return Jobs(app, *found)
    with app.connection_for_write() as connection:
        scheme = str(connection.as_uri()).partition("://")[0]
        settings = connection.transport_options or {}
    return JobsElsewhere(app, read_options({}, settings), scheme)
