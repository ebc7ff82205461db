"""The movies of the sample library: Blender's open films, each known in another way."""

from dataclasses import dataclass


@dataclass(frozen=True)
class SampleMovie:
    """A movie and its numbers at the providers. `nfo` is what lies beside it, if anything does."""

    title: str
    year: int
    tmdb_id: int
    imdb_id: str
    plot: str
    quality: str = "Bluray-1080p"
    nfo: str | None = None

    @property
    def directory_name(self) -> str:
        """What a manager calls its directory."""
        return f"{self.title} ({self.year})"

    @property
    def video_stem(self) -> str:
        """Its video's name without the ending."""
        return f"{self.directory_name} {self.quality}"


_SINTEL_NFO = """<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<movie>
  <title>Sintel</title>
  <year>2010</year>
  <plot>A girl looks for her dragon.</plot>
  <genre>Animation</genre>
  <genre>Fantasy</genre>
  <uniqueid type="tmdb" default="true">45745</uniqueid>
  <uniqueid type="imdb">tt1727587</uniqueid>
</movie>
"""
# As a player leaves it: with what the user has done, and a tag that nobody else knows.
_TEARS_NFO = """<?xml version="1.0" encoding="UTF-8"?>
<movie>
  <title>Tears of Steel</title>
  <userrating>9</userrating>
  <plot>Robots &amp; regrets in Amsterdam.</plot>
  <playcount>2</playcount>
  <lastplayed>2026-10-03</lastplayed>
  <uniqueid type="imdb" default="true">tt2285752</uniqueid>
  <shelf>living room</shelf>
  <actor><name>Derek de Lint</name><role>Old Thom</role><order>0</order></actor>
</movie>
"""

SINTEL = SampleMovie(
    "Sintel", 2010, 45745, "tt1727587", "A girl looks for her dragon.", nfo=_SINTEL_NFO
)
BIG_BUCK_BUNNY = SampleMovie(
    "Big Buck Bunny", 2008, 10378, "tt1254207", "A rabbit has had enough.", "WEBDL-1080p"
)
TEARS_OF_STEEL = SampleMovie(
    "Tears of Steel", 2012, 133701, "tt2285752", "Robots & regrets.", nfo=_TEARS_NFO
)
SAMPLE_MOVIES = (SINTEL, BIG_BUCK_BUNNY, TEARS_OF_STEEL)
