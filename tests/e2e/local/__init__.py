"""pytest-celery's nodes on local processes: no container engine is needed."""
