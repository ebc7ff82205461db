"""TheTVDB: more artwork."""

from media.providers.tvdb.client import Tvdb

__all__ = ["Tvdb"]
