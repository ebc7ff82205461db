"""Which image is which artwork, after Kodi's and Jellyfin's names.

The kinds are Kodi's. Images that neither program knows are no artwork.
"""

import re
from pathlib import PurePosixPath

from media.scan.file_names import USUAL, Endings, is_image, stem

_KINDS = {
    name: kind
    for kind, names in {
        "poster": ("poster", "folder", "cover", "default", "movie"),
        "fanart": ("fanart", "background", "backdrop", "art"),
        "clearlogo": ("clearlogo", "logo"),
        "clearart": ("clearart",),
        "discart": ("discart", "disc", "cdart"),
        "landscape": ("landscape", "thumb"),
        "banner": ("banner",),
        "keyart": ("keyart",),
        "characterart": ("characterart",),
    }.items()
    for name in names
}
_NUMBERED = re.compile(r"(fanart|backdrop|background)-?\d+")


def artwork_kind(path: str, video_stem: str, endings: Endings = USUAL) -> str | None:
    """Return the kind of artwork that the relative `path` is, None if it is none."""
    if not is_image(path, endings):
        return None
    *directories, _name = PurePosixPath(path).parts
    if directories:
        return "fanart" if [name.lower() for name in directories] == ["extrafanart"] else None
    name = stem(path).casefold()
    if name == video_stem.casefold():
        return "poster"
    name = name.removeprefix(f"{video_stem.casefold()}-")
    return "fanart" if _NUMBERED.fullmatch(name) else _KINDS.get(name)
