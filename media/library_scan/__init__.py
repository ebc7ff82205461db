"""Walk a library, find which directories changed, and mark what is gone.

    walk = walk_library("movies", batch_id, settings, phase)
    for directories in walk:    # a slice at a time: send a scan for each
        ...
    summary = walk.finish()     # marks the movies whose directories are gone

Killed at any point and walked again with the same batch, it ends the same: a
directory counts as changed until its scan was written down.
"""

from media.library_scan.batch import BatchProgress, batch_progress
from media.library_scan.walk import LibraryWalk, WalkSummary, walk_library

__all__ = ["BatchProgress", "LibraryWalk", "WalkSummary", "batch_progress", "walk_library"]
