"""Choose a movie's artwork and trailer from what is offered, and bring it into the cache."""

from media.selection.service import SelectionSummary, select_assets

__all__ = ["SelectionSummary", "select_assets"]
