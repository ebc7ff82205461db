"""Find what lies beside a movie already: artwork, trailers, the actors' pictures."""

from media.discovery.service import DiscoverySummary, discover_assets

__all__ = ["DiscoverySummary", "discover_assets"]
