"""A worker that imports this never looks by itself: what it does, something has told it to do."""

from sqlite_transport import event_loop, transport

event_loop.SWEEP = transport.SWEEP = 3600.0
