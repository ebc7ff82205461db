"""The housekeeping of a queue's file, gathered."""

from sqlite_transport.jobs.backing_up import BackingUp
from sqlite_transport.jobs.cleaning import Cleaning
from sqlite_transport.jobs.doctoring import Doctoring
from sqlite_transport.jobs.restoring import Restoring
from sqlite_transport.jobs.vacuuming import Vacuuming
from sqlite_transport.jobs.workers import Workers


class Keeping(BackingUp, Cleaning, Doctoring, Restoring, Vacuuming, Workers):
    """Keep the file small, safe and sound, and see who works on it."""
