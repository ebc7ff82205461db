"""A file with a long backlog: a million jobs pending and a hundred thousand scheduled.

Every tenth of them is the only one of its unique key.
"""

from pathlib import Path

from sqlite_transport.database import open_database

PENDING, SCHEDULED, CLAIMED = 1_000_000, 100_000, 1_000
#: The present of the backlog: jobs are due, and expire, before and after it.
NOW = 1_800_000_000.0

FILL = """
    WITH RECURSIVE number(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < ?1)
    INSERT INTO job (queue, priority, status, created_at, updated_at, due_at, expires_at,
        type, payload, headers, properties, session, deliveries)
    SELECT 'queue' || (n % 4), n % 10, ?2, ?3, ?3,
        CASE ?2 WHEN 'scheduled' THEN ?3 + n - ?1 / 2 END,
        CASE WHEN n % 20 = 0 THEN ?3 + n - ?1 / 2 END,
        'tasks.scan', '{}', '{}', '{}',
        CASE ?2 WHEN 'processing' THEN 1 + n % 5 END, ?2 = 'processing'
    FROM number
"""

UNIQUE = """
    INSERT INTO unique_job
    SELECT 'tasks.scan ' || id, id, id, 'done', NULL FROM job WHERE id % 10 = 0
"""


def fill(path: Path) -> None:
    """Make the file, in one transaction."""
    database = open_database(path)
    with database.writing as connection:
        for count, status in (
            (PENDING, "pending"),
            (SCHEDULED, "scheduled"),
            (CLAIMED, "processing"),
        ):
            connection.execute(FILL, (count, status, NOW))
        connection.execute(UNIQUE)
    database.close()
