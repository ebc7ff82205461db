"""What is wrong with a queue's file, and what to do about it."""

from sqlite_transport.jobs.doctor.examination import examine
from sqlite_transport.jobs.doctor.finding import Finding

__all__ = ["Finding", "examine"]
