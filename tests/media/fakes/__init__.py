"""Strict fakes of the providers, over real HTTP on the loopback.

They run in the test's process and serve any process: `Providers().configure(settings)`
or `.environment()` tells where they are.
"""

from fakes import faults
from fakes.fanart import FakeFanart
from fakes.images import FakeImages
from fakes.providers import PATIENT, Providers
from fakes.service import FakeService, Recorded
from fakes.tmdb import FakeTmdb
from fakes.tvdb import FakeTvdb

__all__ = [
    "PATIENT",
    "FakeFanart",
    "FakeImages",
    "FakeService",
    "FakeTmdb",
    "FakeTvdb",
    "Providers",
    "Recorded",
    "faults",
]
