"""Services outside, over HTTP: one client, with one limiter and one breaker a service.

Limiter and breaker are rows of the library database, so they hold over all worker
processes. Everything raises only `media.errors`, and no message holds a secret.
No proxy of the environment is used: it would resolve names itself, and no
address could be checked.
"""

from media.outside.answer import Answer
from media.outside.client import OutsideClient
from media.outside.download import Downloaded, download
from media.outside.service import Service

__all__ = ["Answer", "Downloaded", "OutsideClient", "Service", "download"]
