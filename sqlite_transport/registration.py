"""How kombu learns of the `sqlite://` scheme.

kombu has no entry point group for transports, but it loads the group
`kombu.serializers` whenever `kombu.serialization` is imported, which is in
every process that makes a producer or a consumer. So the package registers a
serializer there, and its transport with it. The serializer is a plain JSON
one under a content type of its own, and nobody need use it.
"""

from kombu.transport import TRANSPORT_ALIASES
from kombu.utils import json

TRANSPORT = "sqlite_transport.transport:Transport"

serializer = (json.dumps, json.loads, "application/x-sqlite-transport+json", "utf-8")


def register() -> None:
    """Make `sqlite://` a scheme that kombu knows; calling it again is harmless."""
    TRANSPORT_ALIASES.setdefault("sqlite", TRANSPORT)
