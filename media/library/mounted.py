"""Make sure that a library's disk is there before anything in it counts as gone."""

from pathlib import Path

from media.library.database import Library
from media.library.roots import movies_in, recall_root
from media.library_root import RootState, ensure_same_disk, inspect_root
from media.settings import Settings


def ensure_mounted(root: Path, settings: Settings, but: Path | None = None) -> RootState:
    """Return how the library root `root` of the settings stands now.

    A movie in `but`, whose directory may be gone, is no witness of the right disk. Raises
    `LibraryUnavailableError` if the root is not there, or is not what it was at the last
    scan, and `UnreadableFileError` if it may not be looked at.
    """
    _name, library = settings.library_at(root)
    state = inspect_root(root, library.anchor)
    with Library(settings.library_database).reading() as session:
        before = recall_root(session, root)
        if before in (None, state):
            return state
        witnesses = movies_in(session, root, but=but or root)
    ensure_same_disk(root, state, before, witnesses)
    return state
