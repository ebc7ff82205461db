"""Write a movie's NFO, artwork, actors' pictures and trailers into its directory.

Files first, each whole or not at all, then the library in one transaction. Killed
between the two, the next run finds its own files by their content.
"""

from media.publishing.publish import publish
from media.publishing.summary import PublishSummary
from media.publishing.unfinished import note_unfinished

__all__ = ["PublishSummary", "note_unfinished", "publish"]
