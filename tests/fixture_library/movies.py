"""What the fixture library holds: for each movie its directory and its files."""

import unicodedata
from dataclasses import dataclass

from fixture_library import nfos


@dataclass(frozen=True)
class Clip:
    """A video of `fixture_library.clips`; `share` of its bytes, the rest missing."""

    name: str
    share: float = 1.0


@dataclass(frozen=True)
class Picture:
    """A PNG of this many pixels."""

    width: int = 200
    height: int = 300


@dataclass(frozen=True)
class Link:
    """A symbolic link; `{outside}` stands for the directory beside the library."""

    target: str


@dataclass(frozen=True)
class Closed:
    """A video that nobody may read."""

    name: str


Content = Clip | Picture | Link | Closed | str | bytes
Files = dict[str, Content]

PLAIN, WIDE, MP4 = Clip("plain.mkv"), Clip("wide.mkv"), Clip("plain.mp4")
TRAILER = Clip("silent.mp4")
SRT = "1\n00:00:00,100 --> 00:00:00,900\nWind.\n"

# The root of a library of its own, inside this one.
NESTED = "Kids"

LONG = "The Very Long Title of a Movie That Nobody Could Ever Remember " * 3
LONG_NAME = f"{LONG[:200].strip()} (2006)"
NFC = unicodedata.normalize("NFC", "Amélie à Zürich (2001)")
NFD = unicodedata.normalize("NFD", "Léon und Zoë (1994)")


def _simple(name: str, **others: Content) -> Files:
    return {f"{name}.mkv": PLAIN, **others}


def _with_nfo(name: str, nfo: str | bytes) -> Files:
    return {f"{name}.mkv": PLAIN, f"{name}.nfo": nfo}


_EDITIONS = "Edited Movie (2011)"
_PARTS = "Parted Movie (1999)"
_TRACKS = "Tracks (2012)"
_SUBTITLES = "Subtitled (2013)"
_EXTRAS = "Extra (2014)"
_ARTWORK = "Arty (2015)"
_VERSIONS = "Two Versions (2016)"

MOVIES: dict[str, tuple[str, Files]] = {
    # NFOs
    "kodi": ("Kodi Movie (2001)", _with_nfo("Kodi Movie (2001)", nfos.KODI)),
    "radarr": ("Radarr Movie (2002)", _with_nfo("Radarr Movie (2002)", nfos.RADARR)),
    "tiny_media_manager": (
        "Tiny Movie (2003)",
        {"Tiny Movie (2003).mkv": PLAIN, "movie.nfo": nfos.TINY_MEDIA_MANAGER},
    ),
    "media_elch": ("Elch Movie (2004)", _with_nfo("Elch Movie (2004)", nfos.MEDIA_ELCH)),
    "jellyfin": (
        "Jelly Movie (2005)",
        {"Jelly Movie (2005).mkv": PLAIN, "movie.nfo": nfos.JELLYFIN},
    ),
    "emby": ("Emby Movie (2006)", _with_nfo("Emby Movie (2006)", nfos.EMBY)),
    "url_only": ("Url Movie (2007)", _with_nfo("Url Movie (2007)", nfos.URL_ONLY)),
    "latin_1": ("Cafe Ole (2008)", _with_nfo("Cafe Ole (2008)", nfos.LATIN_1)),
    "broken_nfo": ("Broken Nfo (2009)", _with_nfo("Broken Nfo (2009)", nfos.BROKEN)),
    # Videos
    "mp4": ("Apple (2010)", {"Apple (2010).mp4": MP4}),
    "editions": (
        _EDITIONS,
        {
            f"{_EDITIONS}.mkv": PLAIN,
            f"{_EDITIONS} Director's Cut.mkv": WIDE,
            f"{_EDITIONS} {{edition-Final Cut}}.mkv": MP4,
        },
    ),
    "parts": (
        _PARTS,
        {f"{_PARTS} cd1.avi": Clip("first.avi"), f"{_PARTS} cd2.avi": Clip("second.avi")},
    ),
    "versions": (
        _VERSIONS,
        {f"{_VERSIONS} - 1080p.mkv": WIDE, f"{_VERSIONS} - 480p.mkv": PLAIN},
    ),
    "hdr10": ("Bright (2017)", {"Bright (2017) 2160p HDR.mkv": Clip("hdr10.mkv")}),
    "hlg": ("Gamma (2018)", {"Gamma (2018).mkv": Clip("hlg.mkv")}),
    "tracks": (_TRACKS, {f"{_TRACKS}.mkv": Clip("tracks.mkv")}),
    "subtitles": (
        _SUBTITLES,
        {
            f"{_SUBTITLES}.mkv": PLAIN,
            f"{_SUBTITLES}.en.sdh.srt": SRT,
            f"{_SUBTITLES}.de.forced.srt": SRT,
            f"{_SUBTITLES}.pt-BR.srt": SRT,
            "Subs/2_French.srt": SRT,
            f"{_SUBTITLES}.nl.idx": "# VobSub index file, v7",
            f"{_SUBTITLES}.nl.sub": b"\x00\x00\x01\xba",
        },
    ),
    "extras": (
        _EXTRAS,
        {
            f"{_EXTRAS}.mkv": PLAIN,
            "making of-featurette.mp4": TRAILER,
            "Behind The Scenes/set.mp4": TRAILER,
            "Deleted Scenes/one.mp4": TRAILER,
            "Sample/sample.mkv": Clip("plain.mkv", 0.3),
        },
    ),
    "trailers": (
        "Trailed (2019)",
        {
            "Trailed (2019).mkv": PLAIN,
            "Trailed (2019)-trailer.mp4": TRAILER,
            "trailers/second.mp4": TRAILER,
        },
    ),
    "artwork": (
        _ARTWORK,
        {
            f"{_ARTWORK}.mkv": PLAIN,
            "poster.png": Picture(),
            "fanart.png": Picture(320, 180),
            "fanart1.png": Picture(320, 180),
            "clearlogo.png": Picture(80, 31),
            f"{_ARTWORK}-banner.png": Picture(100, 18),
            "extrafanart/fanart2.png": Picture(320, 180),
            "holiday.png": Picture(30, 30),
        },
    ),
    "bluray": (
        "Blue (2020)",
        {
            "BDMV/index.bdmv": b"INDX0200",
            "BDMV/STREAM/00000.m2ts": Clip("menu.m2ts"),
            "BDMV/STREAM/00001.m2ts": Clip("stream.m2ts"),
        },
    ),
    "dvd": (
        "Disc (1998)",
        {
            "VIDEO_TS/VIDEO_TS.IFO": b"DVDVIDEO-VMG",
            "VIDEO_TS/VTS_01_1.VOB": Clip("title.vob"),
            "VIDEO_TS/VTS_01_2.VOB": Clip("title.vob"),
        },
    ),
    # Names
    "nfc": (NFC, _simple(NFC)),
    "nfd": (NFD, _simple(NFD)),
    "cjk": ("千と千尋の神隠し (2001)", _simple("千と千尋の神隠し (2001)")),
    "emoji": ("🎬 Movie 🐉 (2015)", _simple("🎬 Movie 🐉 (2015)")),
    "ampersand": ("Tom & Jerry (1992)", _simple("Tom & Jerry (1992)")),
    "quotes": ("\"Hello\" 'World' `Now` (1999)", _simple("\"Hello\" 'World' `Now` (1999)")),
    "dots": ("Wait... (2005)...", _simple("Wait... (2005)...")),
    "percent": ("100% Wolf %20 {0} (2020)", _simple("100% Wolf %20 {0} (2020)")),
    "dash": ("-Dash- (2003)", _simple("-Dash- (2003)")),
    "long": (LONG_NAME, _simple(LONG_NAME)),
    "tmdb_id": ("Named (2010) {tmdb-45745}", _simple("Named (2010)")),
    "imdb_id": ("Known (2010)", _simple("Known (2010) [imdbid-tt1727587]")),
    "release": (
        "sintel.2010.1080p.bluray.x264-grp",
        _simple("sintel.2010.1080p.bluray.x264-grp"),
    ),
    # Places
    "between": ("A-Z/B/Big Buck Bunny (2008)", _simple("Big Buck Bunny (2008)")),
    "collection": (
        "Open Movie Collection/Elephants Dream (2006)",
        _simple("Elephants Dream (2006)"),
    ),
    "nested": (f"{NESTED}/Small (2000)", _simple("Small (2000)")),
    "link_inside": (
        "Linked (2011)",
        {"Linked (2011).mkv": Link("../Apple (2010)/Apple (2010).mp4"), "to": Link("../A-Z")},
    ),
    "link_loop": (
        "Looped (2012)",
        {"Looped (2012).mkv": PLAIN, "again": Link("."), "self.mkv": Link("self.mkv")},
    ),
    "link_beside": (
        "Beside (2013)",
        {"Beside (2013).mkv": PLAIN, "Beside (2013)-trailer.mkv": Link("{outside}/other.mkv")},
    ),
    # What cannot be scanned
    "link_outside": ("Outside (2014)", {"Outside (2014).mkv": Link("{outside}/other.mkv")}),
    "half_copied": ("Half (2012)", {"Half (2012).mkv": Clip("wide.mkv", 0.5)}),
    "unfinished": ("Unfinished (2013)", {"Unfinished (2013).mkv.part": Clip("wide.mkv", 0.5)}),
    "cut_short": ("Short (2014)", {"Short (2014).mkv": Clip("wide.mkv", 0.5)}),
    "broken": ("Garbage (2015)", {"Garbage (2015).mkv": b"no video at all" * 1000}),
    "empty": ("Empty (2016)", {"Empty (2016).mkv": b""}),
    "unreadable": ("Closed (2017)", {"Closed (2017).mkv": Closed("plain.mkv")}),
    "no_video": ("Nothing (2018)", {"poster.png": Picture(), "notes.txt": "nothing"}),
}

# The errors of `media.errors` that a scan of these ends with.
BAD: dict[str, str] = {
    "link_outside": "NoVideoError",
    "half_copied": "StillCopyingError",
    "unfinished": "StillCopyingError",
    "cut_short": "BrokenVideoError",
    "broken": "BrokenVideoError",
    "empty": "BrokenVideoError",
    "unreadable": "UnreadableFileError",
    "no_video": "NoVideoError",
}
