"""Real Celery programs, as local processes, on a SQLite file and on Redis."""
