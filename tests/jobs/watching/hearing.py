"""What was heard, and what is in the file for it."""

from sqlite_transport import event_triggers
from sqlite_transport.jobs import Event, Jobs, Subscription

PATIENCE = 180.0


def take(subscription: Subscription, count: int) -> list[Event]:
    return [next(subscription) for _ in range(count)]


def names(told: list[Event]) -> list[str]:
    return [event.name for event in told]


def triggers(jobs: Jobs) -> list[str]:
    found = jobs.broker.database.read(event_triggers.OURS)
    return [name for (name,) in found]


def execute(jobs: Jobs, sql: str, *parameters: object) -> None:
    with jobs.broker.database.writing as connection:
        connection.execute(sql, parameters)
