"""The Celery application that the end-to-end tests' workers run."""
