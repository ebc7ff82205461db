"""Names that programs give to files they have not finished writing."""

import re

_SUFFIXES = (
    ".part",  # wget, Firefox, many
    ".partial",
    ".partial~",  # Radarr
    ".!qb",  # qBittorrent
    ".!ut",  # uTorrent
    ".!bt",  # BitComet
    ".bc!",
    ".crdownload",  # Chromium
    ".opdownload",  # Opera
    ".download",  # Safari
    ".filepart",  # WinSCP
    ".aria2",  # aria2's control file beside the download
    ".tmp",
    ".temp",
    ".unfinished",
    ".backup~",  # Radarr, while it moves
)
# rsync writes `.movie.mkv.Xy12Zz` and renames it when done.
_RSYNC = re.compile(r"\..+\.[A-Za-z0-9]+\.[A-Za-z0-9]{6}")
# What we publish is written to `.NAME.RANDOM.tmp` first.
_OURS = re.compile(r"\.(?P<stem>.+)\.(?P<ending>[A-Za-z0-9]+)\.[A-Za-z0-9_-]+\.tmp")
# What publishing keeps of others' files that it writes over.
_ASIDE = re.compile(r".+\.(nfo|jpe?g|png|webp|gif)\.orig\d*", re.IGNORECASE)
_PUBLISHED = frozenset({"nfo", "jpg", "jpeg", "png", "webp", "gif"})


def is_temporary(name: str) -> bool:
    """Whether the file name (no directories) is that of an unfinished file."""
    return name.lower().endswith(_SUFFIXES) or bool(_RSYNC.fullmatch(name))


def is_being_published(name: str) -> bool:
    """Whether the file name is that of an NFO, image or trailer that we are writing.

    It holds up nobody: the movie itself is complete without it.
    """
    ours = _OURS.fullmatch(name)
    if ours is None:
        return False
    return ours["ending"].lower() in _PUBLISHED or ours["stem"].lower().endswith("trailer")


def is_set_aside(name: str) -> bool:
    """Whether the file name is that of a user's file which publishing has put aside."""
    return bool(_ASIDE.fullmatch(name))
