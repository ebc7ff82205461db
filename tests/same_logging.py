"""What a worker in the test's own process changes is put back."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def same_logging() -> Iterator[None]:
    """Put back what a worker changes in the logging of its process."""
    loggers = [logging.getLogger(name) for name in (None, "celery", "celery.task")]
    before = [(logger.level, logger.propagate, list(logger.handlers)) for logger in loggers]
    yield
    for logger, (level, propagate, handlers) in zip(loggers, before, strict=True):
        logger.setLevel(level)
        logger.propagate = propagate
        logger.handlers[:] = handlers
