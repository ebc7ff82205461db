"""fanart.tv: logos, clear art, discs, banners and more."""

from media.providers.fanart.client import Fanart

__all__ = ["Fanart"]
