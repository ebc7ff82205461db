"""The media manager's services: plain functions and classes that know nothing of Celery.

A service takes what it needs as arguments and answers with plain values; what
can go wrong has a class of its own in `media.errors`. The jobs in `tasks` call
the services; nothing here calls a job.
"""
