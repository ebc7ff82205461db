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


def is_temporary(name: str) -> bool:
    """Whether the file name (no directories) is that of an unfinished file."""
    return name.lower().endswith(_SUFFIXES) or bool(_RSYNC.fullmatch(name))
