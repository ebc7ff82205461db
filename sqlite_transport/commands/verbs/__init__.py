"""The verbs of `celery jobs`, one module each, named as they are typed."""
