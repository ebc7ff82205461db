"""A history of many jobs, put straight into the file."""

import time

from sqlite_transport.broker import Broker

FILL = """
    WITH RECURSIVE number(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < ?1)
    INSERT INTO job (queue, type, task_id, priority, payload, headers, properties, status,
        created_at, started_at, updated_at, completed_at)
    SELECT 'jobs', 'scan', 'task-' || n, 5, hex(randomblob(200)), '{}', '{}', ?2,
        ?3 - n, ?3 - n, ?3 - n, ?3 - n
    FROM number
"""
COUNT = "SELECT count(*) FROM job_history WHERE status = ?"


def fill(broker: Broker, count: int, status: str = "completed", age: float = 0.0) -> None:
    """Make jobs of which the n-th ended n seconds before `age` seconds ago."""
    with broker.database.writing as connection:
        connection.execute(FILL, (count, status, time.time() - age))


def left(broker: Broker, status: str = "completed") -> int:
    return int(broker.database.read(COUNT, (status,))[0][0])
