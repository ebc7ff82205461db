"""`JobsElsewhere`: all that an operator can do where the broker is no file, on one object."""

from sqlite_transport.jobs.elsewhere.adding import Adding
from sqlite_transport.jobs.elsewhere.cancelling import Cancelling
from sqlite_transport.jobs.elsewhere.counting import Counting
from sqlite_transport.jobs.elsewhere.doctoring import Doctoring
from sqlite_transport.jobs.elsewhere.foreseeing import Foreseeing
from sqlite_transport.jobs.elsewhere.keeping import Keeping
from sqlite_transport.jobs.elsewhere.pausing import Pausing
from sqlite_transport.jobs.elsewhere.refusing import Refusing
from sqlite_transport.jobs.elsewhere.retrying import Retrying
from sqlite_transport.jobs.elsewhere.watching import Watching
from sqlite_transport.jobs.elsewhere.workers import Workers


class JobsElsewhere(
    Adding,
    Cancelling,
    Counting,
    Doctoring,
    Foreseeing,
    Keeping,
    Pausing,
    Refusing,
    Retrying,
    Watching,
    Workers,
):
    """The jobs of an application whose broker is another one; see `open_jobs`.

    It has the verbs of `Jobs`, with the same parameters and the same types.
    """
