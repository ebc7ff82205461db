"""The address of a trailer, for people and for Kodi's YouTube add-on."""

import re

_VIDEO_ID = r"(?P<id>[\w-]{6,20})"
_WATCHED = re.compile(
    rf"https?://(?:(?:www\.|m\.)?youtube\.com/watch\?(?:.*&)?v=|youtu\.be/){_VIDEO_ID}(?:[&#?].*)?",
    re.ASCII,
)
_PLUGIN = re.compile(
    rf"plugin://plugin\.video\.youtube/.*[?&]video_?id={_VIDEO_ID}(?:&.*)?", re.ASCII
)


def web_address(trailer: str) -> str:
    """Return the address on the web of what a `<trailer>` or a provider names."""
    found = _PLUGIN.fullmatch(trailer) or _WATCHED.fullmatch(trailer)
    return f"https://www.youtube.com/watch?v={found['id']}" if found else trailer


def player_address(trailer: str) -> str:
    """Return what the players open: Kodi's add-on for YouTube, which Jellyfin knows too."""
    found = _WATCHED.fullmatch(trailer)
    return f"plugin://plugin.video.youtube/play/?video_id={found['id']}" if found else trailer
