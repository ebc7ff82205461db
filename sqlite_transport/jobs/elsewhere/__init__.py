"""The same verbs where the broker is no SQLite file: Redis, RabbitMQ and the like.

There is no table of jobs to look at. What is known comes from four places: the
workers, which are asked and have a second to answer; the history at
`history_url`, which they write; the result backend; and the broker, which says
how many messages wait. `docs/control-elsewhere.md` tells verb by verb what that
is enough for. Where it is not enough, the verb raises `NotOnThisBroker`.
"""

from sqlite_transport.jobs.elsewhere.control import JobsElsewhere

__all__ = ["JobsElsewhere"]
